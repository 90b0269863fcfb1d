/** The types of coordination.k8s.io/v1: each name is a type and its table. */
export { CoordinatedLeaseStrategy, Lease, LeaseList, LeaseSpec } from "./lease.ts";
