/**
 * Leases.
 * A table of coordination.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  known,
  int32,
  kind,
  message,
  microTime,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
  type Value,
} from "../../schema/mod.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export type CoordinatedLeaseStrategy = Value<typeof CoordinatedLeaseStrategy>;
export const CoordinatedLeaseStrategy = known("OldestEmulationVersion");

export interface LeaseSpec extends Shape<typeof LeaseSpec>, Plain {}
export const LeaseSpec = message<LeaseSpec>("LeaseSpec")({
  holderIdentity: optional(1, string),
  leaseDurationSeconds: optional(2, int32),
  acquireTime: optional(3, microTime),
  renewTime: optional(4, microTime),
  leaseTransitions: optional(5, int32),
  strategy: optional(6, CoordinatedLeaseStrategy, { gate: "CoordinatedLeaderElection" }),
  preferredHolder: optional(7, string, { gate: "CoordinatedLeaderElection" }),
});

export interface Lease extends Shape<typeof Lease>, Plain {}
export const Lease = kind<Lease>(
  "coordination.k8s.io/v1",
  "Lease",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, LeaseSpec),
});

export type LeaseList = KubeList<Lease>;
export const LeaseList = kindList(Lease);
