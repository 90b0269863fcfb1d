/**
 * The node authorizer: what a kubelet may read follows from the pods bound to its node. The pods of a node
 * come from an index that follows the store; what they reference is looked up when asked.
 */
import type { KubeObject, Pod, resource } from "#api";
import type { Store } from "#store";
import type { Catalog } from "../catalog.ts";
import { rangeOf } from "../registry/keys.ts";
import type { Objects } from "../registry/objects.ts";
import { nodeOf } from "../user.ts";
import type { Attributes, Authorizer, Decision } from "./attributes.ts";
import { type Change, Follower } from "./follower.ts";
import { ruleAllows, type PolicyRule } from "./rules.ts";

const NODE_NAME = "spec.nodeName";
const LEASE_NAMESPACE = "kube-node-lease";
const READ = new Set(["get", "list", "watch"]);
const ALLOWED: Decision = { allowed: true, reason: "" };

/** What every node may do, whatever runs on it. */
const GENERAL: readonly PolicyRule[] = [
  { verbs: ["create"], apiGroups: ["authentication.k8s.io"], resources: ["tokenreviews"] },
  {
    verbs: ["create"],
    apiGroups: ["authorization.k8s.io"],
    resources: ["subjectaccessreviews", "localsubjectaccessreviews"],
  },
  { verbs: ["get", "list", "watch"], apiGroups: [""], resources: ["services"] },
  { verbs: ["create"], apiGroups: [""], resources: ["nodes"] },
  { verbs: ["update", "patch"], apiGroups: [""], resources: ["nodes", "nodes/status"] },
  { verbs: ["create", "update", "patch"], apiGroups: [""], resources: ["events"] },
  { verbs: ["create", "update", "patch"], apiGroups: ["events.k8s.io"], resources: ["events"] },
  { verbs: ["create", "delete"], apiGroups: [""], resources: ["pods"] },
  { verbs: ["update", "patch"], apiGroups: [""], resources: ["pods/status"] },
  { verbs: ["create"], apiGroups: [""], resources: ["pods/eviction"] },
  {
    verbs: ["create", "get", "list", "watch"],
    apiGroups: ["certificates.k8s.io"],
    resources: ["certificatesigningrequests"],
  },
  { verbs: ["get", "list", "watch"], apiGroups: ["node.k8s.io"], resources: ["runtimeclasses"] },
  { verbs: ["get", "list", "watch"], apiGroups: ["storage.k8s.io"], resources: ["csidrivers"] },
  { verbs: ["create"], apiGroups: ["storage.k8s.io"], resources: ["csinodes"] },
];
/** What a node may do with its own. */
const OWN_WRITES = new Set(["get", "update", "patch", "delete"]);

/** Whether a pod references the named object of its namespace, by resource. */
const REFERENCES: Readonly<Record<string, (pod: Pod, name: string) => boolean>> = {
  secrets: (pod, name) => podSecrets(pod).has(name),
  configmaps: (pod, name) => podConfigMaps(pod).has(name),
  persistentvolumeclaims: (pod, name) => podClaims(pod).has(name),
  serviceaccounts: (pod, name) => pod.spec.serviceAccountName === name,
  resourceclaims: (pod, name) =>
    (pod.spec.resourceClaims ?? []).some((one) => one.resourceClaimName === name) ||
    (pod.status.resourceClaimStatuses ?? []).some((one) => one.resourceClaimName === name),
};

export class NodeAuthorizer implements Authorizer {
  readonly #objects: Objects;
  /** Names of pods (`namespace/name`) by node. */
  readonly #pods = new Map<string, Set<string>>();
  readonly #follower: Follower;

  constructor(store: Store, catalog: Catalog, objects: Objects) {
    this.#objects = objects;
    const range = rangeOf(catalog.of("", "pods"), "");
    this.#follower = new Follower(
      store,
      range,
      (change) => this.#apply(change),
      () => this.start(),
    );
  }

  start(): void {
    this.stop();
    this.#follower.start();
  }

  stop(): void {
    this.#follower.stop();
    this.#pods.clear();
  }

  authorize(attributes: Attributes): Decision | undefined {
    const nodeName = nodeOf(attributes.user);
    if (nodeName === undefined || !attributes.isResource) return undefined;
    if (GENERAL.some((rule) => ruleAllows(rule, attributes))) return ALLOWED;
    return this.#allows(attributes, nodeName) ? ALLOWED : undefined;
  }

  #allows(attributes: Attributes, nodeName: string): boolean {
    const { verb, group, plural, subresource, namespace, name, fieldSelector } = attributes;
    if (group === "coordination.k8s.io" && plural === "leases") {
      return namespace === LEASE_NAMESPACE && (name === nodeName || verb === "create");
    }
    if (plural === "pods" && group === "" && READ.has(verb)) {
      if (verb !== "get") return fieldSelector.split(",").includes(`${NODE_NAME}=${nodeName}`);
      return this.#podsOf(nodeName).has(`${namespace}/${name}`);
    }
    if (plural === "serviceaccounts" && subresource === "token" && verb === "create")
      return this.#references(nodeName, attributes);
    if (group === "" && plural === "nodes") return READ.has(verb) && subresource === "" && name === nodeName;
    if (plural === "csinodes") return OWN_WRITES.has(verb) && subresource === "" && name === nodeName;
    if (plural === "persistentvolumeclaims" && subresource === "status")
      return OWN_WRITES.has(verb) && verb !== "delete" && this.#references(nodeName, attributes);
    if (group === "resource.k8s.io" && plural === "resourceslices") {
      if (verb === "create" || fieldSelector.split(",").includes(`${NODE_NAME}=${nodeName}`)) return true;
      return OWN_WRITES.has(verb) && this.#hasSlice(nodeName, name);
    }
    if (plural === "persistentvolumes" && verb === "get") return this.#usesVolume(nodeName, name);
    if (plural === "volumeattachments" && verb === "get") return this.#isAttached(nodeName, name);
    if (!READ.has(verb) || subresource !== "" || name === "") return false;
    return this.#references(nodeName, attributes);
  }

  #references(nodeName: string, { plural, namespace, name }: Attributes): boolean {
    const refers = REFERENCES[plural];
    if (refers === undefined) return false;
    for (const pod of this.#boundPods(nodeName)) {
      if (pod.metadata.namespace === namespace && refers(pod, name)) return true;
    }
    return false;
  }

  #usesVolume(nodeName: string, name: string): boolean {
    const volume = this.#objects.get<
      KubeObject & { spec: { claimRef?: { namespace?: string; name?: string } } }
    >("", "persistentvolumes", "", name);
    const claim = volume?.spec.claimRef;
    if (claim === undefined) return false;
    for (const pod of this.#boundPods(nodeName)) {
      if (pod.metadata.namespace === claim.namespace && podClaims(pod).has(claim.name ?? "")) return true;
    }
    return false;
  }

  #isAttached(nodeName: string, name: string): boolean {
    const attachment = this.#objects.get<KubeObject & { spec: { nodeName?: string } }>(
      "storage.k8s.io",
      "volumeattachments",
      "",
      name,
    );
    return attachment?.spec.nodeName === nodeName;
  }

  #hasSlice(nodeName: string, name: string): boolean {
    const slice = this.#objects.get<resource.ResourceSlice>("resource.k8s.io", "resourceslices", "", name);
    return slice?.spec.nodeName === nodeName;
  }

  *#boundPods(nodeName: string): Iterable<Pod> {
    for (const key of this.#podsOf(nodeName)) {
      const [namespace = "", name = ""] = key.split("/");
      const pod = this.#objects.get<KubeObject & Pod>("", "pods", namespace, name);
      if (pod !== undefined) yield pod;
    }
  }

  #podsOf(nodeName: string): ReadonlySet<string> {
    this.#follower.catchUp();
    return this.#pods.get(nodeName) ?? NO_PODS;
  }

  #apply({ type, record, previous }: Change): void {
    const key = `${record.index.namespace}/${record.index.name}`;
    const before = previous?.index.triggers?.[NODE_NAME] ?? "";
    const after = record.index.triggers?.[NODE_NAME] ?? "";
    if (before !== "" && (type === "delete" || before !== after)) this.#pods.get(before)?.delete(key);
    if (type === "put") this.#add(after, key);
  }

  #add(nodeName: string, key: string): void {
    if (nodeName === "") return;
    const pods = this.#pods.get(nodeName) ?? new Set<string>();
    this.#pods.set(nodeName, pods);
    pods.add(key);
  }
}

const NO_PODS: ReadonlySet<string> = new Set();

function podSecrets(pod: Pod): ReadonlySet<string> {
  const names = new Set<string>();
  for (const one of pod.spec.imagePullSecrets ?? []) names.add(one.name ?? "");
  for (const volume of pod.spec.volumes ?? []) {
    if (volume.secret?.secretName !== undefined) names.add(volume.secret.secretName);
    for (const source of volume.projected?.sources ?? [])
      if (source.secret?.name !== undefined) names.add(source.secret.name);
    const csi = volume.csi?.nodePublishSecretRef?.name;
    if (csi !== undefined) names.add(csi);
  }
  for (const container of containersOf(pod)) {
    for (const env of container.env ?? []) names.add(env.valueFrom?.secretKeyRef?.name ?? "");
    for (const from of container.envFrom ?? []) names.add(from.secretRef?.name ?? "");
  }
  return names;
}

function podConfigMaps(pod: Pod): ReadonlySet<string> {
  const names = new Set<string>();
  for (const volume of pod.spec.volumes ?? []) {
    names.add(volume.configMap?.name ?? "");
    for (const source of volume.projected?.sources ?? []) names.add(source.configMap?.name ?? "");
  }
  for (const container of containersOf(pod)) {
    for (const env of container.env ?? []) names.add(env.valueFrom?.configMapKeyRef?.name ?? "");
    for (const from of container.envFrom ?? []) names.add(from.configMapRef?.name ?? "");
  }
  return names;
}

function podClaims(pod: Pod): ReadonlySet<string> {
  const names = new Set<string>();
  for (const volume of pod.spec.volumes ?? []) {
    names.add(volume.persistentVolumeClaim?.claimName ?? "");
    if (volume.ephemeral !== undefined) names.add(`${pod.metadata.name}-${volume.name}`);
  }
  return names;
}

function containersOf(pod: Pod): Pod["spec"]["containers"] {
  return [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
}
