/**
 * Tokens that a node asks for: of accounts of its own pods, bound to one of them, for an audience that the pod's volumes
 * name. So a stolen node identity is not worth the tokens of other nodes' pods, nor those for strangers.
 */
import {
  type authentication,
  type CSIDriver,
  forbidden,
  notFound,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
} from "#api";
import type { AuthorizerChain } from "../authz/chain.ts";
import type { Objects } from "../registry/objects.ts";
import type { AdmissionRequest } from "./admission.ts";

/** Throws 403, or 404 for a pod that is not there. */
export function checkNodeToken(
  request: AdmissionRequest,
  nodeName: string,
  objects: Objects,
  authorizers: AuthorizerChain,
): void {
  const refuse = (detail: string): never => {
    throw forbidden(request.resource, request.name, detail);
  };
  const { spec } = request.object as authentication.TokenRequest;
  const { apiVersion, kind, name = "", uid = "" } = spec.boundObjectRef ?? {};
  if (apiVersion !== "v1" || kind !== "Pod" || name === "")
    return refuse("node requested token not bound to a pod");
  if (uid === "") return refuse("node requested token with a pod binding without a uid");
  const pod = objects.get<Pod>("", "pods", request.namespace, name);
  if (pod === undefined) throw notFound({ group: "", plural: "pods" }, name);
  if (pod.metadata.uid !== uid)
    return refuse(`the UID in the bound object reference (${uid}) does not match the UID in record`);
  if (pod.spec.nodeName !== nodeName)
    return refuse("node requested token bound to a pod scheduled on a different node");
  const [audience = "", ...others] = spec.audiences ?? [];
  if (others.length > 0) return refuse("node may only request 0 or 1 audiences");
  if (audiencesOf(pod, objects).has(audience) || mayAsk(request, authorizers, audience)) return;
  refuse(`audience ${JSON.stringify(audience)} not found in pod spec volume`);
}

/** What projected volumes name, and what the drivers of CSI volumes ask for. */
function audiencesOf(pod: Pod, objects: Objects): ReadonlySet<string> {
  const volumes = pod.spec.volumes ?? [];
  const projected = volumes
    .flatMap(({ projected: one }) => one?.sources ?? [])
    .flatMap(({ serviceAccountToken: token }) => (token === undefined ? [] : [token.audience ?? ""]));
  const drivers = volumes.flatMap((volume) => {
    if (volume.csi !== undefined) return [volume.csi.driver];
    const claimName =
      volume.persistentVolumeClaim?.claimName ??
      (volume.ephemeral === undefined ? "" : `${pod.metadata.name}-${volume.name}`);
    const { namespace = "" } = pod.metadata;
    const claim = objects.get<PersistentVolumeClaim>("", "persistentvolumeclaims", namespace, claimName);
    const bound = claim?.spec.volumeName ?? "";
    const volumeObject = objects.get<PersistentVolume>("", "persistentvolumes", "", bound);
    return volumeObject?.spec.csi?.driver ?? [];
  });
  const asked = drivers.flatMap((driver) => {
    const { spec } = objects.get<CSIDriver>("storage.k8s.io", "csidrivers", "", driver) ?? {};
    return (spec?.tokenRequests ?? []).map(({ audience }) => audience);
  });
  return new Set([...projected, ...asked]);
}

/** The verb that lets a node ask for others, as for pulling images with an account's token. */
function mayAsk(
  { user, namespace, name }: AdmissionRequest,
  authorizers: AuthorizerChain,
  audience: string,
): boolean {
  return authorizers.authorize({
    user,
    verb: "request-serviceaccounts-token-audience",
    isResource: true,
    group: "",
    version: "v1",
    plural: audience,
    subresource: "",
    namespace,
    name,
    path: "",
    fieldSelector: "",
  }).allowed;
}
