/** What admission sees of a write. */
import type { KubeObject } from "#api";
import type { AdmissionRequest, Operation } from "../admission/admission.ts";
import type { ResourceRequest } from "./resource-request.ts";

export function admissionOf(
  request: ResourceRequest,
  operation: Operation,
  object: KubeObject | undefined,
  old: KubeObject | undefined,
  dryRun: boolean,
): AdmissionRequest {
  const { info, resource, user, now, warnings } = request;
  return {
    operation,
    resource,
    subresource: info.subresource,
    namespace: info.namespace,
    name: info.name !== "" ? info.name : ((object ?? old)?.metadata.name ?? ""),
    user,
    object,
    old,
    dryRun,
    now,
    warn: (text) => warnings.add(text),
  };
}
