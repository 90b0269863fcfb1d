/** The parts of a pod that have a door of their own: status, ephemeral containers, in-place resize. */
import { same } from "../../equal.ts";
import type { ObjectSubresource } from "../../resource.ts";
import type { Container, Pod } from "../../types/core/mod.ts";
import { validatePodStatusUpdate } from "../../types/core/pod-status-validation.ts";
import { validateEphemeralContainersUpdate, validateResize } from "../../types/core/pod-update-validation.ts";

const verbs = ["get", "patch", "update"] as const;

export const status: ObjectSubresource<Pod> = {
  verbs,
  prepareForUpdate(draft, old) {
    draft.spec = old.spec;
    delete draft.metadata.deletionTimestamp;
    if (old.metadata.deletionTimestamp) draft.metadata.deletionTimestamp = old.metadata.deletionTimestamp;
    if (old.metadata.ownerReferences) draft.metadata.ownerReferences = old.metadata.ownerReferences;
    else delete draft.metadata.ownerReferences;
    if (!draft.status.qosClass && old.status.qosClass) draft.status.qosClass = old.status.qosClass;
    const first = draft.status.podIPs?.[0]?.ip;
    if (draft.status.podIP && first === undefined) draft.status.podIPs = [{ ip: draft.status.podIP }];
    else if (!draft.status.podIP && first !== undefined) draft.status.podIP = first;
  },
  validateUpdate: validatePodStatusUpdate,
};

export const ephemeralContainers: ObjectSubresource<Pod> = {
  verbs,
  prepareForUpdate(draft, old) {
    const containers = draft.spec.ephemeralContainers;
    draft.spec = { ...old.spec };
    if (containers === undefined) delete draft.spec.ephemeralContainers;
    else draft.spec.ephemeralContainers = containers;
    draft.status = old.status;
    takeMetadata(draft, old);
  },
  validateUpdate: validateEphemeralContainersUpdate,
  metadataOnUpdate: ["changes", "whole"],
};

export const resize: ObjectSubresource<Pod> = {
  verbs,
  prepareForUpdate(draft, old) {
    const { containers, initContainers, resources } = draft.spec;
    draft.spec = { ...old.spec, containers: resized(old.spec.containers, containers) };
    if (initContainers) draft.spec.initContainers = resized(old.spec.initContainers, initContainers);
    else delete draft.spec.initContainers;
    if (resources === undefined) delete draft.spec.resources;
    else draft.spec.resources = resources;
    draft.status = old.status;
    takeMetadata(draft, old);
  },
  validateUpdate: validateResize,
  metadataOnUpdate: ["changes", "whole"],
};

/** What the request has, in its order; of a container that was there only its resources and resize policies. */
function resized(old: readonly Container[] = [], wanted: readonly Container[]): Container[] {
  const byName = new Map(old.map((container) => [container.name, container]));
  return wanted.map((asked) => {
    const before = byName.get(asked.name);
    if (before === undefined) return asked;
    const { resizePolicy: _, ...rest } = before;
    return {
      ...rest,
      resources: asked.resources,
      ...(asked.resizePolicy ? { resizePolicy: asked.resizePolicy } : {}),
    };
  });
}

/**
 * Metadata is not this subresource's, but for what the server itself has to move on; a changed spec is a new
 * generation.
 */
function takeMetadata(draft: Pod, old: Pod): void {
  const { resourceVersion, managedFields, generation } = draft.metadata;
  draft.metadata = {
    ...old.metadata,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(managedFields === undefined ? {} : { managedFields }),
    ...(generation === undefined ? {} : { generation }),
  };
  if (!same(draft.spec, old.spec)) draft.metadata.generation = (old.metadata.generation ?? 0) + 1;
}
