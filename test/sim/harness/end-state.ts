/**
 * The state that a cluster has come to rest in, without what may differ between two runs (uids, times, generated names,
 * addresses), and what must hold of it: endpoints are exactly the ready pods, and containers run for exactly the pods.
 */
import {
  clusterRoles,
  configMaps,
  type Deployment,
  deployments,
  type Endpoints,
  endpointSlices,
  type KubeObject,
  namespaces,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  type Pod,
  podDisruptionBudgets,
  pods,
  type ReplicaSet,
  replicaSets,
  type Service,
  serviceAccounts,
  services,
  type StatefulSet,
  statefulSets,
} from "#api";
import { controllerOf, isReady } from "./invariants.ts";
import type { DurableLog } from "./durable-log.ts";
import type { SimCluster } from "./sim-cluster.ts";

const serviceName = "kubernetes.io/service-name";

export interface EndStateOptions {
  /**
   * With revision numbers. A controller that took over with an older cache may have gone back and forth, which counts
   * revisions up.
   */
  readonly revisions: boolean;
}

/** Two runs came to the same end when these lines are equal. */
export function endState({ log }: SimCluster, options: EndStateOptions): readonly string[] {
  const lines = [
    ...named("namespace", log.list(namespaces)),
    ...named("node", log.list(nodes)),
    ...named("service", log.list(services)),
    ...named("serviceaccount", log.list(serviceAccounts)),
    ...named("configmap", log.list(configMaps)),
    ...named("claim", log.list(persistentVolumeClaims)),
    ...named("volume", log.list(persistentVolumes)),
    ...[...log.list(clusterRoles).values()].map(
      ({ metadata, rules }) => `clusterrole ${metadata.name} ${rules?.length}`,
    ),
    ...[...log.list(podDisruptionBudgets).values()].map(
      ({ metadata, status }) =>
        `budget ${metadata.name} ${status.currentHealthy} ${status.disruptionsAllowed}`,
    ),
    ...[...log.list(statefulSets).values()].map(statefulSetLine),
    ...[...log.list(deployments).values()].map(deploymentLine),
    ...[...log.list(replicaSets).values()].map(replicaSetLine),
    ...[...log.list(pods).values()].map(podLine),
    ...[...log.list(nodes).values()].map(
      (node) =>
        `node ${node.metadata.name} taints ${JSON.stringify((node.spec.taints ?? []).map(({ key }) => key))} ` +
        `${node.status.conditions?.map(({ type, status }) => `${type}=${status}`).join(" ")}`,
    ),
  ];
  if (options.revisions) return lines.sort();
  return lines.map((line) => line.replace(/ revision \d+/, "")).sort();
}

/** Violations of what must hold of a cluster at rest. */
export function checkAtRest(cluster: SimCluster): void {
  checkEndpoints(cluster);
  checkContainers(cluster);
  for (const pod of cluster.log.list(pods).values())
    if (!pod.spec.nodeName) cluster.findings.report("pod-left-unbound", pod.metadata.name ?? "");
}

function checkEndpoints({ log, findings }: SimCluster): void {
  for (const { metadata } of log.list(services).values())
    for (const [rule, proof] of endpointsTrouble(log, metadata.namespace ?? "", metadata.name ?? ""))
      findings.report(rule, proof);
}

/** How the endpoints of a service differ from its ready pods: rules and proofs; empty when they do not. */
export function endpointsTrouble(
  log: DurableLog,
  namespace: string,
  name: string,
): readonly (readonly [rule: string, proof: string])[] {
  const service = log.object<Service>(`/registry/services/specs/${namespace}/${name}`);
  const selector = Object.entries(service?.spec.selector ?? {});
  if (selector.length === 0) return [];
  const selected = [...log.list(pods).values()].filter(
    ({ metadata }) =>
      metadata.namespace === namespace && selector.every(([key, value]) => metadata.labels?.[key] === value),
  );
  const live = selected.map(({ status }) => status.podIP ?? "");
  const ready = selected.filter(isReady).map(({ status }) => status.podIP ?? "");
  const listed = [...log.list(endpointSlices).values()]
    .filter(({ metadata }) => metadata.namespace === namespace && metadata.labels?.[serviceName] === name)
    .flatMap(({ endpoints }) => endpoints ?? []);
  const stale = listed.flatMap(({ addresses }) => addresses).filter((address) => !live.includes(address));
  const served = listed
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses }) => addresses);
  const object = log.object<Endpoints>(`/registry/services/endpoints/${namespace}/${name}`);
  const addresses = (object?.subsets ?? []).flatMap((subset) => subset.addresses ?? []).map(({ ip }) => ip);
  const troubles: (readonly [string, string])[] = [];
  if (stale.length > 0) troubles.push(["stale-endpoint", `${name} lists [${stale}], which no pod has`]);
  for (const [rule, found] of [
    ["endpoint-slice-differs", served],
    ["endpoints-differ", addresses],
  ] as const)
    if ([...found].sort().join() !== [...ready].sort().join())
      troubles.push([rule, `${name}: lists [${found}], ready are [${ready}]`]);
  return troubles;
}

/** Each container that runs belongs to a pod of that node, and each pod that says it runs has one. */
function checkContainers({ log, findings, machines }: SimCluster): void {
  const all = [...log.list(pods).values()];
  for (const machine of machines) {
    const here = all.filter(({ spec }) => spec.nodeName === machine.name);
    const running = machine.runningPods();
    for (const uid of running)
      if (!here.some(({ metadata }) => metadata.uid === uid))
        findings.report("container-without-pod", `${uid} on ${machine.name}`);
    for (const { metadata, status } of here)
      if (status.phase === "Running" && !running.includes(metadata.uid ?? ""))
        findings.report("pod-without-container", `${metadata.name} on ${machine.name}`);
  }
}

function named(kind: string, objects: ReadonlyMap<string, KubeObject>): readonly string[] {
  return [...objects.values()].map(({ metadata }) => {
    return `${kind} ${metadata.namespace ?? ""}/${metadata.name} ${metadata.finalizers ?? ""}`;
  });
}

function deploymentLine({ metadata, spec, status }: Deployment): string {
  const { observedGeneration: _observed, conditions = [], ...counts } = status;
  const told = conditions.map(({ type, status: value, reason }) => `${type}=${value}:${reason}`).sort();
  const image = spec.template.spec?.containers[0]?.image;
  const revision = metadata.annotations?.["deployment.kubernetes.io/revision"];
  return `deployment ${metadata.namespace}/${metadata.name} ${image} revision ${revision} ${sorted(counts)} ${told}`;
}

function replicaSetLine({ metadata, spec, status }: ReplicaSet): string {
  const { observedGeneration: _observed, conditions = [], ...counts } = status;
  const revision = metadata.annotations?.["deployment.kubernetes.io/revision"];
  const owner = controllerOf({ apiVersion: "", kind: "", metadata })?.name;
  const told = conditions.map(({ type, status: value }) => `${type}=${value}`);
  return `replicaset ${metadata.name} of ${owner} wants ${spec.replicas} revision ${revision} ${sorted(counts)} ${told}`;
}

function statefulSetLine({ metadata, spec, status }: StatefulSet): string {
  const { observedGeneration: _observed, currentRevision, updateRevision, ...counts } = status;
  const image = spec.template.spec?.containers[0]?.image;
  return `statefulset ${metadata.name} ${image} updated ${currentRevision === updateRevision} ${sorted(counts)}`;
}

function podLine(pod: Pod): string {
  const { metadata, spec, status } = pod;
  const ended = metadata.deletionTimestamp === undefined ? "" : " ending";
  return `pod of ${controllerOf(pod)?.name} ${spec.containers[0]?.image} ${status.phase} ${isReady(pod)}${ended}`;
}

function sorted(counts: object): string {
  return JSON.stringify(Object.fromEntries(Object.entries(counts).sort()));
}
