/**
 * From a manifest to the pod that runs, and to its mirror in the API: pure. A static pod's identity is the hash of what it
 * says, so a changed file is another pod. Source: upstream's file source and mirror client.
 */
import {
  applyDefaults,
  clearEmptyLists,
  decode,
  invalid,
  type Node,
  parseYamlDocument,
  type Pod,
  pods,
  rfc3339,
  stringifyJson,
  validateCreate,
} from "#api";
import type { Crypto } from "#base";
import type { NewObject } from "#client";
import type { Manifest } from "./manifests.ts";

const configHashAnnotation = "kubernetes.io/config.hash";
const configSourceAnnotation = "kubernetes.io/config.source";
const configSeenAnnotation = "kubernetes.io/config.seen";
/** On the mirror: the hash of the pod that it shows. */
export const configMirrorAnnotation = "kubernetes.io/config.mirror";

/** Whose pod it becomes. */
export interface StaticPodOwner {
  readonly nodeName: string;
  readonly hash: Crypto["sha256"];
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** Throws what is wrong with the manifest. */
export function staticPod(
  { path, content }: Manifest,
  { nodeName, hash: hashOf, nowMs }: StaticPodOwner,
): Pod {
  const pod = decode(pods.type, parseYamlDocument(content)).object;
  applyDefaults(pods.type, pod);
  clearEmptyLists(pods.type, pod);
  const text = `${stringifyJson({ ...pod, status: {} })}host:${nodeName}file:${path}`;
  const hash = Buffer.from(hashOf(text)).toString("hex").slice(0, 32);
  const { metadata, spec } = pod;
  const annotations = {
    ...metadata.annotations,
    [configHashAnnotation]: hash,
    [configSeenAnnotation]: rfc3339(nowMs),
    [configSourceAnnotation]: "file",
  };
  const own: Pod = {
    ...pod,
    metadata: {
      ...metadata,
      name: `${metadata.name ?? ""}-${nodeName.toLowerCase()}`,
      namespace: metadata.namespace || "default",
      uid: hash,
      annotations,
    },
    // It stays when its node has problems: nobody else could run it.
    spec: { ...spec, nodeName, tolerations: withNoExecute(spec.tolerations ?? []) },
    status: { phase: "Pending" },
  };
  check(own, nowMs);
  return own;
}

function withNoExecute(
  tolerations: NonNullable<Pod["spec"]["tolerations"]>,
): NonNullable<Pod["spec"]["tolerations"]> {
  const all = { operator: "Exists", effect: "NoExecute" } as const;
  const others = tolerations.filter(
    ({ key = "", operator, effect }) => key !== "" || operator !== all.operator || effect !== all.effect,
  );
  return [...others, all];
}

function check(pod: Pod, now: number): void {
  const reference = apiReference(pod);
  if (reference !== undefined) throw new Error(`static pods may not reference ${reference}`);
  const context = { now, userName: "kubelet", subresource: undefined, dryRun: false };
  const errors = validateCreate(pods, pod, context);
  if (!errors.empty) throw invalid({ group: "", kind: "Pod" }, pod.metadata.name ?? "", errors);
}

/** What of the API it would need, which it must be able to run without. */
function apiReference({ spec }: Pod): string | undefined {
  if ((spec.serviceAccountName ?? "") !== "") return "serviceaccounts";
  if ((spec.imagePullSecrets ?? []).length > 0) return "secrets";
  if ((spec.resourceClaims ?? []).length > 0) return "resourceclaims";
  for (const { env = [], envFrom = [] } of [...(spec.initContainers ?? []), ...spec.containers]) {
    if (envFrom.some((one) => one.configMapRef !== undefined)) return "configmaps";
    if (envFrom.some((one) => one.secretRef !== undefined)) return "secrets";
    if (env.some((one) => one.valueFrom?.configMapKeyRef !== undefined)) return "configmaps";
    if (env.some((one) => one.valueFrom?.secretKeyRef !== undefined)) return "secrets";
  }
  for (const volume of spec.volumes ?? []) {
    if (volume.configMap !== undefined) return "configmaps";
    if (volume.secret !== undefined) return "secrets";
    if (volume.persistentVolumeClaim !== undefined) return "persistentvolumeclaims";
    if (volume.ephemeral !== undefined) return "persistentvolumeclaims";
    for (const source of volume.projected?.sources ?? []) {
      if (source.configMap !== undefined) return "configmaps";
      if (source.secret !== undefined) return "secrets";
      if (source.serviceAccountToken !== undefined) return "serviceaccounts";
      if (source.clusterTrustBundle !== undefined) return "clustertrustbundles";
    }
  }
  return undefined;
}

/** What the API is to show of it. */
export function mirrorOf(pod: Pod, node: Node): NewObject<Pod> {
  const { name, namespace, labels, annotations, uid = "" } = pod.metadata;
  const owner = {
    apiVersion: "v1",
    kind: "Node",
    name: node.metadata.name ?? "",
    uid: node.metadata.uid ?? "",
  };
  return {
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      annotations: { ...annotations, [configMirrorAnnotation]: uid },
      ownerReferences: [{ ...owner, controller: true }],
    },
    spec: pod.spec,
  };
}

export function isMirror(pod: Pod): boolean {
  return pod.metadata.annotations?.[configMirrorAnnotation] !== undefined;
}

/** Whether a pod of the API shows that static pod, and may go on doing so. */
export function mirrors(shown: Pod, pod: Pod): boolean {
  const hash = shown.metadata.annotations?.[configMirrorAnnotation];
  return hash === pod.metadata.uid && shown.metadata.deletionTimestamp === undefined;
}
