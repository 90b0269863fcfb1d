/** Pods made from templates, with their events; shared by the controllers that make pods. */
import { isStatus, type KubeObject, type Pod, type PodTemplateSpec, pods, type StatusError } from "#api";
import { messageOf } from "#base";
import { type EventSink, keyOf, type NewObject } from "#client";
import type { Turn } from "../controller.ts";
import { controllerReference } from "./claim.ts";

/** The pod that `owner` makes from `template`; without `name` the server completes `<owner>-`. */
export function podFromTemplate(template: PodTemplateSpec, owner: KubeObject, name?: string): NewObject<Pod> {
  const { labels, annotations, finalizers } = template.metadata;
  return {
    metadata: {
      namespace: owner.metadata.namespace,
      ...(name === undefined ? { generateName: `${owner.metadata.name}-` } : { name }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: template.spec,
  };
}

/** Creates `pod`, telling of it at `owner`. */
export async function createPod(
  owner: KubeObject,
  pod: NewObject<Pod>,
  events: EventSink,
  turn: Turn,
): Promise<void> {
  try {
    const created = await turn.client.of(pods).create(pod, turn.signal);
    events.record(owner, "Normal", "SuccessfulCreate", `Created pod: ${created.metadata.name}`);
  } catch (error) {
    if (!turn.signal.aborted && !isNamespaceEnding(error)) {
      events.record(owner, "Warning", "FailedCreate", `Error creating: ${messageOf(error)}`);
    }
    throw error;
  }
}

/** Deletes `pod` (of this uid and no other), telling of it at `owner`. */
export async function deletePod(owner: KubeObject, pod: Pod, events: EventSink, turn: Turn): Promise<void> {
  const { uid } = pod.metadata;
  try {
    await turn.client.of(pods).delete(keyOf(pod), turn.signal, uid === undefined ? {} : { uid });
    events.record(owner, "Normal", "SuccessfulDelete", `Deleted pod: ${pod.metadata.name}`);
  } catch (error) {
    // Somebody was faster: what was wanted is so.
    if (isStatus(error, "NotFound") || isStatus(error, "Conflict")) return;
    if (!turn.signal.aborted) {
      events.record(owner, "Warning", "FailedDelete", `Error deleting: ${messageOf(error)}`);
    }
    throw error;
  }
}

/** True when creation is refused because the namespace is being deleted: then there is nothing to repeat. */
export function isNamespaceEnding(error: unknown): error is StatusError {
  if (!isStatus(error, "Forbidden")) return false;
  return error.details?.causes?.some(({ reason }) => reason === "NamespaceTerminating") ?? false;
}
