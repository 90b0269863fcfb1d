/**
 * The ordered table of scheduler plugins: filters run in this order, cheap and decisive ones first. Adding one:
 * see README.md beside this file.
 */
import type { SchedulerPlugin } from "../framework.ts";
import { imageLocality } from "./image-locality.ts";
import { nodeAffinity } from "./node-affinity.ts";
import { nodeDeclaredFeatures } from "./node-declared-features.ts";
import { nodeName } from "./node-name.ts";
import { nodePorts } from "./node-ports.ts";
import { nodeResourcesBalancedAllocation } from "./node-resources-balanced-allocation.ts";
import { nodeResourcesFit } from "./node-resources-fit.ts";
import { nodeUnschedulable } from "./node-unschedulable.ts";
import { schedulingGates } from "./scheduling-gates.ts";
import { taintToleration } from "./taint-toleration.ts";

/** The default profile's plugins. */
export const defaultPlugins = [
  schedulingGates,
  nodeUnschedulable,
  nodeName,
  taintToleration,
  nodeAffinity,
  nodePorts,
  nodeDeclaredFeatures,
  nodeResourcesFit,
  nodeResourcesBalancedAllocation,
  imageLocality,
] as const satisfies readonly SchedulerPlugin[];
