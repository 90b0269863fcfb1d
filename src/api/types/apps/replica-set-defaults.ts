/** Defaults of replica sets. */
import type { ReplicaSetSpec } from "./replica-set.ts";

export function defaultReplicaSetSpec(spec: ReplicaSetSpec): void {
  spec.replicas ??= 1;
}
