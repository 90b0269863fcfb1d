/**
 * A kubelet writes only its own node and the pods bound to it, so that a stolen node identity is worth one
 * node. Source: KEP-279 and upstream's NodeRestriction.
 */
import { type KubeObject, type Node, type PersistentVolumeClaim, type Pod, forbidden, same } from "#api";
import type { AuthorizerChain } from "../authz/chain.ts";
import { nodeOf } from "../user.ts";
import { checkNodeToken } from "./node-tokens.ts";
import type { AdmissionDeps, AdmissionPlugin, AdmissionRequest } from "./admission.ts";

const MIRROR = "kubernetes.io/config.mirror";
const RESTRICTED_DOMAIN = "node-restriction.kubernetes.io";
const LEASE_NAMESPACE = "kube-node-lease";
/** Labels under kubernetes.io and k8s.io that a kubelet may set on its node. */
const OWN_LABELS = new Set([
  "kubernetes.io/hostname",
  "kubernetes.io/arch",
  "kubernetes.io/os",
  "node.kubernetes.io/instance-type",
  "beta.kubernetes.io/instance-type",
  "beta.kubernetes.io/os",
  "beta.kubernetes.io/arch",
  "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
]);
const OWN_LABEL_DOMAINS = ["kubelet.kubernetes.io", "node.kubernetes.io"];

type Rule = (request: AdmissionRequest, nodeName: string, deps: AdmissionDeps) => void;

export function nodeRestriction(authorizers: AuthorizerChain): AdmissionPlugin {
  return {
    operations: ["CREATE", "UPDATE", "DELETE"],
    resources: [
      "pods",
      "pods/status",
      "pods/eviction",
      "pods/resize",
      "nodes",
      "nodes/status",
      "serviceaccounts/token",
      "persistentvolumeclaims/status",
      "leases.coordination.k8s.io",
      "csinodes.storage.k8s.io",
      "resourceslices.resource.k8s.io",
    ],
    validate(request, deps) {
      const nodeName = nodeOf(request.user);
      if (nodeName === undefined) return;
      const { plural } = request.resource;
      const target = request.subresource === "" ? plural : `${plural}/${request.subresource}`;
      if (target === "serviceaccounts/token") checkNodeToken(request, nodeName, deps.objects, authorizers);
      rules[target]?.(request, nodeName, deps);
    },
  };
}

const rules: Readonly<Record<string, Rule>> = {
  pods: checkPod,
  "pods/status": checkPodStatus,
  "pods/resize": ownPod,
  "pods/eviction": ownPod,
  "persistentvolumeclaims/status": checkClaimStatus,
  nodes: checkNode,
  "nodes/status": checkNode,
  leases: checkLease,
  csinodes: ownName,
  resourceslices: ownSlice,
};

function refuse(request: AdmissionRequest, detail: string): never {
  throw forbidden(request.resource, request.name, detail);
}

function checkPod(request: AdmissionRequest, nodeName: string, { objects }: AdmissionDeps): void {
  if (request.operation === "UPDATE")
    refuse(request, `node "${nodeName}" may only update the status of pods`);
  const pod = (request.object ?? request.old) as Pod;
  if (pod.spec.nodeName !== nodeName)
    refuse(
      request,
      `node "${nodeName}" can only ${request.operation.toLowerCase()} pods with spec.nodeName set to itself`,
    );
  if (request.operation !== "CREATE") return;
  if (pod.metadata.annotations?.[MIRROR] === undefined)
    refuse(
      request,
      `pod does not have "${MIRROR}" annotation, node "${nodeName}" can only create mirror pods`,
    );
  checkOwner(request, pod, nodeName, objects);
  const reference = apiReference(pod);
  if (reference !== undefined)
    refuse(request, `node "${nodeName}" can not create pods that reference ${reference}`);
}

/** A mirror belongs to its node, and to this very one. */
function checkOwner(
  request: AdmissionRequest,
  pod: Pod,
  nodeName: string,
  objects: AdmissionDeps["objects"],
): void {
  const [owner, ...others] = pod.metadata.ownerReferences ?? [];
  const itself = `node "${nodeName}" can only create pods with`;
  if (others.length > 0) refuse(request, `${itself} a single owner reference set to itself`);
  if (owner?.apiVersion !== "v1" || owner.kind !== "Node" || owner.name !== nodeName)
    refuse(request, `${itself} an owner reference set to itself`);
  if (owner.controller !== true) refuse(request, `${itself} a controller owner reference set to itself`);
  if (owner.blockOwnerDeletion === true)
    refuse(request, `node "${nodeName}" must not set blockOwnerDeletion on an owner reference`);
  const node = objects.get<Node>("", "nodes", "", nodeName);
  if (owner.uid !== node?.metadata.uid)
    refuse(request, `node ${nodeName} UID mismatch: expected ${owner.uid} got ${node?.metadata.uid ?? ""}`);
}

/** What of the API a pod asks for, which its node would otherwise learn by making one. */
function apiReference({ spec }: Pod): string | undefined {
  if ((spec.serviceAccountName ?? "") !== "") return "a service account";
  if ((spec.resourceClaims ?? []).length > 0) return "resourceclaims";
  const volumes = spec.volumes ?? [];
  const sources = volumes.flatMap((volume) => volume.projected?.sources ?? []);
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const froms = containers.flatMap((one) => one.envFrom ?? []);
  const values = containers.flatMap((one) => one.env ?? []).map((one) => one.valueFrom);
  const names: readonly (readonly [name: string, isAsked: boolean])[] = [
    ["secrets", (spec.imagePullSecrets ?? []).length > 0],
    ["secrets", [...volumes, ...sources].some((one) => one.secret !== undefined)],
    ["secrets", froms.some((one) => one.secretRef !== undefined)],
    ["secrets", values.some((one) => one?.secretKeyRef !== undefined)],
    ["configmaps", [...volumes, ...sources].some((one) => one.configMap !== undefined)],
    ["configmaps", froms.some((one) => one.configMapRef !== undefined)],
    ["configmaps", values.some((one) => one?.configMapKeyRef !== undefined)],
    ["serviceaccounts", sources.some((one) => one.serviceAccountToken !== undefined)],
    [
      "persistentvolumeclaims",
      volumes.some((one) => (one.persistentVolumeClaim ?? one.ephemeral) !== undefined),
    ],
  ];
  return names.find(([, isAsked]) => isAsked)?.[0];
}

function checkPodStatus(request: AdmissionRequest, nodeName: string): void {
  const old = request.old as Pod | undefined;
  if (old?.spec.nodeName !== nodeName)
    refuse(
      request,
      `node "${nodeName}" can only update pod status for pods with spec.nodeName set to itself`,
    );
  if (!same(old?.metadata.labels, request.object?.metadata.labels))
    refuse(request, `node "${nodeName}" cannot update labels through pod status`);
}

/** What a node that has grown or changed a volume tells; labels and owners could be changed by the way. */
function checkClaimStatus(request: AdmissionRequest, nodeName: string): void {
  const kept = (object: KubeObject | undefined): unknown => {
    const { metadata, status, ...rest } = object as PersistentVolumeClaim;
    const { resourceVersion: _revision, managedFields: _fields, ...named } = metadata;
    const {
      capacity: _capacity,
      conditions: _conditions,
      allocatedResources: _allocated,
      allocatedResourceStatuses: _resizing,
      currentVolumeAttributesClassName: _class,
      modifyVolumeStatus: _modifying,
      ...others
    } = status;
    return { ...rest, metadata: named, status: others };
  };
  if (!same(kept(request.old), kept(request.object)))
    refuse(
      request,
      `node "${nodeName}" is not allowed to update fields other than status.capacity and status.conditions`,
    );
}

function ownPod(request: AdmissionRequest, nodeName: string, { objects }: AdmissionDeps): void {
  const pod = objects.get<Pod>("", "pods", request.namespace, request.name);
  if (pod !== undefined && pod.spec.nodeName !== nodeName)
    refuse(request, `node "${nodeName}" can only act on pods with spec.nodeName set to itself`);
}

function checkNode(request: AdmissionRequest, nodeName: string): void {
  if (request.name !== nodeName)
    refuse(request, `node "${nodeName}" is not allowed to modify node "${request.name}"`);
  if (request.operation === "DELETE") refuse(request, `node "${nodeName}" is not allowed to delete itself`);
  const node = request.object as Node;
  const old = request.old as Node | undefined;
  for (const label of changedLabels(node, old)) {
    if (isForbiddenLabel(label)) refuse(request, `is not allowed to modify labels: ${label}`);
  }
  if (old !== undefined && !same(old.spec.taints, node.spec.taints))
    refuse(request, `node "${nodeName}" is not allowed to modify taints`);
  if (old !== undefined && !same(old.metadata.ownerReferences, node.metadata.ownerReferences)) {
    refuse(request, `node "${nodeName}" is not allowed to update ownerReferences`);
  }
}

function changedLabels(node: KubeObject, old: KubeObject | undefined): readonly string[] {
  const [after, before] = [node.metadata.labels ?? {}, old?.metadata.labels ?? {}];
  return [...new Set([...Object.keys(after), ...Object.keys(before)])].filter(
    (key) => after[key] !== before[key],
  );
}

function isForbiddenLabel(label: string): boolean {
  const [domain = "", name] = label.split("/");
  if (name === undefined) return false;
  if (domain === RESTRICTED_DOMAIN || domain.endsWith(`.${RESTRICTED_DOMAIN}`)) return true;
  const isKubernetes = /(^|\.)(kubernetes|k8s)\.io$/.test(domain);
  if (!isKubernetes || OWN_LABELS.has(label)) return false;
  return !OWN_LABEL_DOMAINS.some((one) => domain === one || domain.endsWith(`.${one}`));
}

function checkLease(request: AdmissionRequest, nodeName: string): void {
  if (request.namespace !== LEASE_NAMESPACE)
    refuse(request, `can only access leases in the "${LEASE_NAMESPACE}" system namespace`);
  ownName(request, nodeName);
}

function ownName(request: AdmissionRequest, nodeName: string): void {
  if (request.name !== nodeName)
    refuse(request, `can only access ${request.resource.plural} with the same name as the requesting node`);
}

function ownSlice(request: AdmissionRequest, nodeName: string): void {
  const slice = (request.object ?? request.old) as unknown as { spec: { nodeName?: string } };
  if (slice.spec.nodeName !== nodeName)
    refuse(request, "can only write a ResourceSlice whose nodeName is the requesting node's");
}
