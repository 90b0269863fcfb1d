/** The parts of a pod that have a door of their own: status, ephemeral containers, in-place resize. */
import type { ObjectSubresource } from "../../resource.ts";
import { sameField } from "../../same-of.ts";
import { type Container, Pod, type PodStatus } from "../../types/core/mod.ts";
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
    keepObserved(draft.status, old.status);
    const first = draft.status.podIPs?.[0]?.ip;
    if (draft.status.podIP && first === undefined) draft.status.podIPs = [{ ip: draft.status.podIP }];
    else if (!draft.status.podIP && first !== undefined) draft.status.podIP = first;
  },
  validateUpdate: validatePodStatusUpdate,
};

/** Which generation a status and its conditions tell of is not taken away by who knows no generations. */
function keepObserved(status: PodStatus, old: PodStatus): void {
  if (!status.observedGeneration && old.observedGeneration)
    status.observedGeneration = old.observedGeneration;
  const left = [...(old.conditions ?? [])];
  for (const condition of status.conditions ?? []) {
    const place = left.findIndex(({ type }) => type === condition.type);
    const [before] = place < 0 ? [] : left.splice(place, 1);
    if (!condition.observedGeneration && before?.observedGeneration)
      condition.observedGeneration = before.observedGeneration;
  }
}

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
  if (!sameField(Pod, "spec", draft, old)) draft.metadata.generation = (old.metadata.generation ?? 0) + 1;
}
