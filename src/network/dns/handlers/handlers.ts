/** The DNS handlers in the order in which they are asked. */
import type { DnsHandler } from "../handler.ts";
import { clusterNames } from "./cluster-names.ts";
import { elsewhere } from "./elsewhere.ts";
import { podNames } from "./pod-names.ts";

export const handlers: readonly DnsHandler[] = [podNames, clusterNames, elsewhere];
