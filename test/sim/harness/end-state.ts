/**
 * The state that a cluster has come to rest in, without what may differ between two runs (uids, times, generated names,
 * addresses), and what must hold of it: endpoints are exactly the ready pods, and containers run for exactly the pods.
 */
import {
  configMaps,
  type Deployment,
  deployments,
  type Endpoints,
  endpoints,
  type EndpointSlice,
  endpointSlices,
  type KubeObject,
  namespaces,
  nodes,
  type Pod,
  pods,
  type ReplicaSet,
  replicaSets,
  serviceAccounts,
  services,
} from "#api";
import { controllerOf, isReady } from "./invariants.ts";
import type { SimCluster } from "./sim-cluster.ts";

/** Two runs came to the same end when these lines are equal. */
export function endState({ log }: SimCluster): readonly string[] {
  const lines = [
    ...named("namespace", log.list(namespaces)),
    ...named("node", log.list(nodes)),
    ...named("service", log.list(services)),
    ...named("serviceaccount", log.list(serviceAccounts)),
    ...named("configmap", log.list(configMaps)),
    ...[...log.list(deployments).values()].map(deploymentLine),
    ...[...log.list(replicaSets).values()].map(replicaSetLine),
    ...[...log.list(pods).values()].map(podLine),
    ...[...log.list(nodes).values()].map(
      (node) =>
        `node ${node.metadata.name} taints ${JSON.stringify((node.spec.taints ?? []).map(({ key }) => key))} ` +
        `${node.status.conditions?.map(({ type, status }) => `${type}=${status}`).join(" ")}`,
    ),
  ];
  return lines.sort();
}

/** Violations of what must hold of a cluster at rest. */
export function checkAtRest(cluster: SimCluster): void {
  checkEndpoints(cluster);
  checkContainers(cluster);
  for (const pod of cluster.log.list(pods).values())
    if (!pod.spec.nodeName) cluster.findings.report("pod-left-unbound", pod.metadata.name ?? "");
}

function checkEndpoints({ log, findings }: SimCluster): void {
  const all = [...log.list(pods).values()];
  for (const service of log.list(services).values()) {
    const { namespace, name } = service.metadata;
    const selector = Object.entries(service.spec.selector ?? {});
    if (selector.length === 0) continue;
    const selected = all.filter(
      ({ metadata }) =>
        metadata.namespace === namespace &&
        selector.every(([key, value]) => metadata.labels?.[key] === value),
    );
    const ready = selected
      .filter(isReady)
      .map(({ status }) => status.podIP ?? "")
      .sort();
    const slices = [...log.list<EndpointSlice>(endpointSlices).values()].filter(
      ({ metadata }) =>
        metadata.namespace === namespace && metadata.labels?.["kubernetes.io/service-name"] === name,
    );
    const listed = slices
      .flatMap(({ endpoints: each }) => each ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap(({ addresses }) => addresses)
      .sort();
    if (listed.join() !== ready.join())
      findings.report("endpoint-slice-differs", `${name}: lists [${listed}], ready are [${ready}]`);
    const object = log.object<Endpoints>(`/registry/services/endpoints/${namespace}/${name}`);
    const addresses = (object?.subsets ?? [])
      .flatMap(({ addresses: each }) => each ?? [])
      .map(({ ip }) => ip)
      .sort();
    if (addresses.join() !== ready.join())
      findings.report("endpoints-differ", `${name}: lists [${addresses}], ready are [${ready}]`);
  }
  void endpoints;
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

function podLine(pod: Pod): string {
  const { metadata, spec, status } = pod;
  const ended = metadata.deletionTimestamp === undefined ? "" : " ending";
  return `pod of ${controllerOf(pod)?.name} ${spec.containers[0]?.image} ${status.phase} ${isReady(pod)}${ended}`;
}

function sorted(counts: object): string {
  return JSON.stringify(Object.fromEntries(Object.entries(counts).sort()));
}
