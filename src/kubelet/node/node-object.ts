/**
 * The Node object as this kubelet sees it: pure functions from machine, runtime and options. Conditions keep
 * their `lastTransitionTime` while their status stays.
 */
import {
  canonical,
  declaredFeatures,
  nodes,
  type Node,
  type NodeCondition,
  type NodeStatus,
  Quantity,
  rfc3339,
} from "#api";
import { maxNamesPerImage, nodeStatusMaxImages } from "../limits.ts";
import type { Pressure, Threshold } from "../eviction/thresholds.ts";
import type { MachineInfo } from "../machine.ts";
import type { Image, RuntimeStatus, RuntimeVersion } from "../runtime/runtime.ts";

/** What the operator says of the node. */
export interface NodeOptions {
  readonly name: string;
  /** Beside the labels that every node has. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: Node["spec"]["taints"];
  /** Kept from pods, by resource name (`cpu: "100m"`). */
  readonly reserved?: Readonly<Record<string, string>>;
  /** Hard thresholds of eviction. */
  readonly keptFree?: readonly Threshold[];
  readonly maxPods: number;
  /** Of the kubelet's own server; 0: none. */
  readonly port: number;
  /** `v1.36.0`. */
  readonly version: string;
}

/** What the node looks like from inside, now. */
export interface NodeView {
  readonly machine: MachineInfo;
  readonly runtime: RuntimeVersion;
  readonly status: RuntimeStatus;
  readonly images: readonly Image[];
  /** Why the kubelet is not ready; empty when it is. */
  readonly troubles: readonly string[];
  readonly pressures: ReadonlySet<Pressure>;
}

/** The labels that every node has, and those asked for. */
export function nodeLabels(
  { name, labels }: NodeOptions,
  machine: MachineInfo,
): Readonly<Record<string, string>> {
  return {
    ...labels,
    "beta.kubernetes.io/arch": machine.architecture,
    "beta.kubernetes.io/os": machine.operatingSystem,
    "kubernetes.io/arch": machine.architecture,
    "kubernetes.io/hostname": machine.hostname || name,
    "kubernetes.io/os": machine.operatingSystem,
  };
}

/** The node as it knows itself before the API does: enough to judge a pod by. */
export function ownNode(options: NodeOptions, machine: MachineInfo): Node {
  const metadata = { name: options.name, labels: nodeLabels(options, machine) };
  return canonical(nodes.type, { metadata });
}

/** All that the machine has. */
function capacityOf(options: NodeOptions, machine: MachineInfo): Readonly<Record<string, string>> {
  return {
    cpu: Quantity.ofMillis(machine.cpuMillis).toString(),
    "ephemeral-storage": kibibytes(machine.ephemeralStorageBytes),
    "hugepages-1Gi": "0",
    "hugepages-2Mi": "0",
    memory: kibibytes(machine.memoryBytes),
    pods: String(options.maxPods),
  };
}

/** Canonical text: the API gives it back as it is. */
function kibibytes(bytes: number): string {
  return Quantity.of(Math.floor(bytes / 1024) * 1024, "BinarySI").toString();
}

/** What pods are bound by together: the capacity without what is reserved. */
export function podsCapacityOf(options: NodeOptions, machine: MachineInfo): Readonly<Record<string, string>> {
  return without(capacityOf(options, machine), options.reserved ?? {});
}

/** What pods may ask for: without what is kept free by evictions too, so that they are not asked for it back. */
export function allocatableOf(options: NodeOptions, machine: MachineInfo): Readonly<Record<string, string>> {
  const room = podsCapacityOf(options, machine);
  const kept = (options.keptFree ?? []).flatMap(({ signal, value, graceMs }) => {
    const name =
      signal === "memory.available" ? "memory" : signal === "nodefs.available" ? "ephemeral-storage" : "";
    return name === "" || graceMs > 0
      ? []
      : [[name, amountOf(value, capacityOf(options, machine)[name])] as const];
  });
  return without(room, Object.fromEntries(kept));
}

/** `100Mi`, or `10%` of a whole. */
function amountOf(value: string, whole = "0"): string {
  const part = /^([\d.]+)%$/.exec(value)?.[1];
  if (part === undefined) return value;
  return Quantity.of(
    Math.floor((Quantity.parse(whole).toUnits() * Number(part)) / 100),
    "BinarySI",
  ).toString();
}

function without(
  amounts: Readonly<Record<string, string>>,
  less: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const result: Record<string, string> = { ...amounts };
  for (const [name, text] of Object.entries(less)) {
    const left = Quantity.parse(result[name] ?? "0").minus(Quantity.parse(text));
    result[name] = left.sign < 0 ? "0" : left.toString();
  }
  return result;
}

/** The whole status as the kubelet writes it. */
export function nodeStatus(
  options: NodeOptions,
  view: NodeView,
  before: readonly NodeCondition[],
  now: number,
): NodeStatus {
  const { machine, runtime } = view;
  return {
    capacity: capacityOf(options, machine),
    allocatable: allocatableOf(options, machine),
    conditions: conditions(view, before, now),
    addresses: [
      ...machine.addresses.map((address) => ({ type: "InternalIP", address })),
      { type: "Hostname", address: machine.hostname || options.name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: options.port } },
    nodeInfo: {
      machineID: machine.machineId,
      systemUUID: machine.systemUuid,
      bootID: machine.bootId,
      kernelVersion: machine.kernelVersion,
      osImage: machine.osImage,
      containerRuntimeVersion: `${runtime.runtimeName}://${runtime.runtimeVersion}`,
      kubeletVersion: options.version,
      kubeProxyVersion: "",
      operatingSystem: machine.operatingSystem,
      architecture: machine.architecture,
    },
    images: imageList(view.images),
    runtimeHandlers: view.status.handlers.map(({ name, ...features }) => ({ name, features })),
    features: { supplementalGroupsPolicy: view.status.supplementalGroupsPolicy },
    declaredFeatures: [...declaredFeatures],
  };
}

/** Why the node is not ready, by what the runtime says of itself. */
export function runtimeTroubles(status: RuntimeStatus): readonly string[] {
  return status.conditions
    .filter((one) => !one.status)
    .map(({ type, reason, message }) =>
      type === "NetworkReady"
        ? `container runtime network not ready: NetworkReady=false reason:${reason} message:${message}`
        : `container runtime not ready: ${type}=false reason:${reason} message:${message}`,
    );
}

function conditions(
  { troubles, pressures }: NodeView,
  before: readonly NodeCondition[],
  now: number,
): NodeCondition[] {
  const ours = pressureTexts.map(([type, calm, pressed]) => {
    const isPressed = pressures.has(type);
    const [reason, message] = isPressed ? pressed : calm;
    return condition(before, type, isPressed ? "True" : "False", reason, message, now);
  });
  return [...ours, readyCondition(troubles, before, now)];
}

type Text = readonly [reason: string, message: string];

/** What a condition says without and with the pressure. */
const pressureTexts: readonly (readonly [type: Pressure, calm: Text, pressed: Text])[] = [
  [
    "MemoryPressure",
    ["KubeletHasSufficientMemory", "kubelet has sufficient memory available"],
    ["KubeletHasInsufficientMemory", "kubelet has insufficient memory available"],
  ],
  [
    "DiskPressure",
    ["KubeletHasNoDiskPressure", "kubelet has no disk pressure"],
    ["KubeletHasDiskPressure", "kubelet has disk pressure"],
  ],
  [
    "PIDPressure",
    ["KubeletHasSufficientPID", "kubelet has sufficient PID available"],
    ["KubeletHasInsufficientPID", "kubelet has insufficient PID available"],
  ],
];

/** The Ready condition, False with the troubles when there are any. */
export function readyCondition(
  troubles: readonly string[],
  before: readonly NodeCondition[],
  now: number,
): NodeCondition {
  if (troubles.length === 0) {
    return condition(before, "Ready", "True", "KubeletReady", "kubelet is posting ready status", now);
  }
  const message = troubles.length === 1 ? (troubles[0] ?? "") : `[${troubles.join(", ")}]`;
  return condition(before, "Ready", "False", "KubeletNotReady", message, now);
}

function condition(
  before: readonly NodeCondition[],
  type: string,
  status: "True" | "False",
  reason: string,
  message: string,
  now: number,
): NodeCondition {
  const old = before.find((one) => one.type === type);
  const at = rfc3339(now);
  const since = old?.status === status ? (old.lastTransitionTime ?? at) : at;
  return { type, status, lastHeartbeatTime: at, lastTransitionTime: since, reason, message };
}

/** The largest images, with their digests before their tags. */
function imageList(images: readonly Image[]): NonNullable<NodeStatus["images"]> {
  return [...images]
    .sort((a, b) => b.sizeBytes - a.sizeBytes || (a.id < b.id ? -1 : 1))
    .slice(0, nodeStatusMaxImages)
    .map((one) => ({
      names: [...one.repoDigests, ...one.repoTags].slice(0, maxNamesPerImage),
      sizeBytes: one.sizeBytes,
    }));
}
