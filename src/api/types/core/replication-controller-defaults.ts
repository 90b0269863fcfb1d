/** Defaults of replication controllers: the template's labels select, and label the controller itself. */
import type { ReplicationController } from "./replication-controller.ts";

export function defaultReplicationController({ metadata, spec }: ReplicationController): void {
  const labels = spec.template?.metadata?.labels;
  if (labels === undefined) return;
  if (Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels };
  if (Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
}
