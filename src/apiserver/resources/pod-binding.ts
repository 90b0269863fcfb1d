/**
 * Binding: assigns a pod to a node, once. Annotations and labels of the Binding come along; the
 * PodScheduled condition turns true in the same commit, and a nomination is over.
 */
import {
  Binding,
  FieldErrors,
  type KubeObject,
  type Pod,
  type PodCondition,
  StatusError,
  badRequest,
  conflict,
  notFound,
  rfc3339,
} from "#api";
import { admissionOf } from "../registry/admission-request.ts";
import { decodeAs } from "../registry/decoding.ts";
import { matchNamespace } from "../registry/metadata.ts";
import { copyOf } from "../registry/plain-data.ts";
import { keyOf } from "../registry/keys.ts";
import { type Outcome, plain } from "../registry/outcome.ts";
import { type Attempt, type Registry, commitLoop, putOf } from "../registry/registry.ts";
import { type ResourceRequest, writeOptions } from "../registry/resource-request.ts";
import { withCondition } from "./conditions.ts";

export async function bindPod(registry: Registry, request: ResourceRequest): Promise<Outcome> {
  const options = writeOptions(request, "CreateOptions");
  const binding = await decodeAs(request, Binding);
  const name = request.info.name === "" ? (binding.metadata.name ?? "") : request.info.name;
  matchNamespace(request, binding);
  checkBinding(binding, name);
  const admitted = admissionOf(request, "CREATE", binding, undefined, options.dryRun);
  await registry.admission.mutate(admitted);
  await registry.admission.validate(admitted);
  const resource = registry.catalog.of("", "pods");
  const key = keyOf(resource, request.info.namespace, name);
  return commitLoop(registry, async (seen): Promise<Attempt<Outcome>> => {
    const record = seen.read(key);
    if (record === undefined) throw notFound(resource, name);
    const pod = copyOf(registry.records.object(resource, record)) as KubeObject & Pod;
    checkPod(pod, binding, name);
    assign(pod, binding, request.now);
    const answer = plain(
      request.resource,
      { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 },
      201,
    );
    if (options.dryRun) return { type: "answer", value: answer };
    const put = putOf(registry, resource, key, pod);
    return {
      type: "commit",
      txn: { checks: [{ key, modRevision: record.modRevision }], writes: [put.write] },
      done: () => answer,
    };
  });
}

function checkBinding(binding: Binding, name: string): void {
  const errors = new FieldErrors();
  if ((binding.metadata.name ?? "") !== name)
    throw badRequest("name in URL does not match name in Binding object");
  const kind = binding.target.kind ?? "";
  if (kind !== "" && kind !== "Node") errors.notSupported("target.kind", kind, ["Node", "<empty>"]);
  if ((binding.target.name ?? "") === "") errors.required("target.name");
  if (errors.empty) return;
  // Upstream hands these on as no status of the API.
  const texts = errors.list.map(({ message }) => message);
  throw new StatusError(500, "", texts.length === 1 ? (texts[0] ?? "") : `[${texts.join(", ")}]`);
}

function checkPod(pod: Pod, binding: Binding, name: string): void {
  const refuse = (detail: string): never => {
    throw conflict({ group: "", plural: "pods/binding" }, name, detail);
  };
  const { uid, resourceVersion } = binding.metadata;
  if ((uid ?? "") !== "" && uid !== pod.metadata.uid) {
    refuse(`Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata.uid}`);
  }
  if ((resourceVersion ?? "") !== "" && resourceVersion !== pod.metadata.resourceVersion) {
    const current = `ResourceVersion in object meta: ${pod.metadata.resourceVersion}`;
    refuse(`Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ${current}`);
  }
  if (pod.metadata.deletionTimestamp) refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  if ((pod.spec.nodeName ?? "") !== "")
    refuse(`pod ${name} is already assigned to node "${pod.spec.nodeName}"`);
  if ((pod.spec.schedulingGates ?? []).length > 0) refuse(`pod ${name} has non-empty .spec.schedulingGates`);
}

function assign(pod: Pod, binding: Binding, now: number): void {
  pod.spec.nodeName = binding.target.name ?? "";
  delete pod.status.nominatedNodeName;
  for (const part of ["labels", "annotations"] as const) {
    const added = binding.metadata[part];
    if (added !== undefined) pod.metadata[part] = { ...pod.metadata[part], ...added };
  }
  const scheduled: PodCondition = {
    type: "PodScheduled",
    status: "True",
    lastProbeTime: null,
    lastTransitionTime: rfc3339(now),
  } as PodCondition;
  pod.status.conditions = withCondition(pod.status.conditions, scheduled);
}
