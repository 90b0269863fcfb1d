/**
 * Use of processor and memory by nodes and pods.
 * A table of metrics.k8s.io/v1beta1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  duration,
  field,
  kind,
  map,
  message,
  nullable,
  type Plain,
  quantity,
  type Shape,
  string,
  struct,
  time,
} from "../../schema/mod.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export interface ContainerMetrics extends Shape<typeof ContainerMetrics>, Plain {}
export const ContainerMetrics = message<ContainerMetrics>("ContainerMetrics")({
  name: field(1, string),
  usage: field(2, map(quantity)),
});

export interface NodeMetrics extends Shape<typeof NodeMetrics>, Plain {}
export const NodeMetrics = kind<NodeMetrics>(
  "metrics.k8s.io/v1beta1",
  "NodeMetrics",
)({
  metadata: struct(1, ObjectMeta),
  timestamp: nullable(2, time, { required: true }),
  window: field(3, duration),
  usage: field(4, map(quantity)),
});

export type NodeMetricsList = KubeList<NodeMetrics>;
export const NodeMetricsList = kindList(NodeMetrics);

export interface PodMetrics extends Shape<typeof PodMetrics>, Plain {}
export const PodMetrics = kind<PodMetrics>(
  "metrics.k8s.io/v1beta1",
  "PodMetrics",
)({
  metadata: struct(1, ObjectMeta),
  timestamp: nullable(2, time, { required: true }),
  window: field(3, duration),
  containers: field(4, atomic(ContainerMetrics)),
});

export type PodMetricsList = KubeList<PodMetrics>;
export const PodMetricsList = kindList(PodMetrics);
