/**
 * What the runtime needs to make one container, from the pod's spec and what its volumes and references
 * gave.
 */
import { type Pod, relativePath, type VolumeMount } from "#api";
import type { ContainerConfig, IdRange, Mount } from "../../runtime/config.ts";
import {
  containerHashAnnotation,
  containerNameLabel,
  containerResourcesAnnotation,
  podNameLabel,
  podNamespaceLabel,
  podTerminationGraceAnnotation,
  podUidLabel,
  restartCountAnnotation,
  terminationMessagePathAnnotation,
  terminationMessagePolicyAnnotation,
} from "../../runtime/labels.ts";
import { pluginOf } from "../../volumes/plugins/mod.ts";
import { containerHash } from "./container-hash.ts";
import type { PodContainer } from "../containers.ts";
import { expandReferences, referencesWithoutValue } from "./expansion.ts";
import { hostsPath } from "./hosts-file.ts";
import { linuxResources } from "./linux-resources.ts";
import type { NodeDefaults } from "./sandbox-config.ts";
import { resourcesText } from "../resize.ts";
import { containerSecurity } from "./security.ts";
import { StartError } from "../start-error.ts";

/** All that decides how a container is made. */
export interface ContainerConfigInput {
  readonly pod: Pod;
  readonly container: PodContainer;
  readonly attempt: number;
  readonly imageRef: string;
  readonly environment: ReadonlyMap<string, string>;
  /** Host paths by volume name. */
  readonly volumes: ReadonlyMap<string, string>;
  /** Host paths of mounts that want a part of their volume, by the mount's place in the list. */
  readonly parts: ReadonlyMap<number, string>;
  /** Host path of what is mounted at /etc/hosts, unless the container says otherwise; undefined: nothing. */
  readonly hosts: string | undefined;
  /** The container that an ephemeral one looks into. */
  readonly targetId: string | undefined;
  /** The pod's own users, if it has some. */
  readonly users: IdRange | undefined;
  /** Whether the runtime makes mounts read-only with all that is below. */
  readonly recursiveReadOnly: boolean;
  readonly node: NodeDefaults;
}

/** Throws `StartError` when a mount names no volume. */
export function containerConfig(input: ContainerConfigInput): ContainerConfig {
  const { pod, container, attempt, environment, node } = input;
  const { spec } = container;
  const { name = "", namespace = "", uid = "" } = pod.metadata;
  const expanded = (texts: readonly string[] | undefined): string[] =>
    (texts ?? []).map((text) => expandReferences(text, environment));
  const stopSignal = spec.lifecycle?.stopSignal;
  return {
    name: spec.name,
    attempt,
    imageRef: input.imageRef,
    image: spec.image ?? "",
    command: expanded(spec.command),
    args: expanded(spec.args),
    workingDir: spec.workingDir ?? "",
    env: [...environment].map(([variable, value]) => ({ name: variable, value })),
    mounts: [
      ...(spec.volumeMounts ?? []).map((mount, index) => mountOf(mount, index, input)),
      ...(input.hosts === undefined ? [] : [plainMount(hostsPath, input.hosts)]),
    ],
    labels: {
      [podNameLabel]: name,
      [podNamespaceLabel]: namespace,
      [podUidLabel]: uid,
      [containerNameLabel]: spec.name,
    },
    annotations: {
      [containerHashAnnotation]: containerHash(spec),
      [restartCountAnnotation]: String(attempt),
      [terminationMessagePathAnnotation]: spec.terminationMessagePath ?? "",
      [terminationMessagePolicyAnnotation]: spec.terminationMessagePolicy ?? "File",
      ...("resources" in spec ? { [containerResourcesAnnotation]: resourcesText(pod, spec.resources) } : {}),
      [podTerminationGraceAnnotation]: String(pod.spec.terminationGracePeriodSeconds ?? 30),
    },
    logPath: `${spec.name}/${attempt}.log`,
    stdin: spec.stdin ?? false,
    stdinOnce: spec.stdinOnce ?? false,
    tty: spec.tty ?? false,
    resources: { ...linuxResources(pod, spec, node.memoryBytes), unified: node.containerCgroup },
    security: containerSecurity(pod, spec, {
      rootDirectory: node.rootDirectory,
      targetId: input.targetId,
      users: input.users,
    }),
    ...(stopSignal === undefined ? {} : { stopSignal }),
  };
}

/** A mount that wants only a part of its volume. */
export interface PartialMount {
  readonly volume: string;
  /** The mount's place in the list. */
  readonly index: number;
  readonly path: string;
}

/** Throws `StartError` for an expression whose variables lack a value, or that leads out of its volume. */
export function partialMounts(
  mounts: readonly VolumeMount[],
  environment: ReadonlyMap<string, string>,
): readonly PartialMount[] {
  return mounts.flatMap(({ name: volume, subPath = "", subPathExpr = "" }, index) => {
    const path = subPathExpr === "" ? subPath : expandedPath(subPathExpr, environment);
    return path === "" ? [] : [{ volume, index, path }];
  });
}

function expandedPath(expression: string, environment: ReadonlyMap<string, string>): string {
  const missing = referencesWithoutValue(expression, environment);
  if (missing.length > 0)
    throw new StartError("CreateContainerConfigError", `missing value for ${missing.join(", ")}`);
  const path = expandReferences(expression, environment);
  const [wrong] = relativePath(path);
  if (wrong === undefined) return path;
  throw new StartError("CreateContainerConfigError", `unable to provision SubPath \`${path}\`: ${wrong}`);
}

function plainMount(containerPath: string, hostPath: string): Mount {
  const kind = {
    readonly: false,
    recursiveReadOnly: false,
    selinuxRelabel: true,
    propagation: "PRIVATE",
  } as const;
  return { containerPath, hostPath, ...kind };
}

function mountOf(mount: VolumeMount, index: number, input: ContainerConfigInput): Mount {
  const root = input.parts.get(index) ?? input.volumes.get(mount.name);
  if (root === undefined) {
    throw new StartError(
      "CreateContainerConfigError",
      `cannot find volume "${mount.name}" to mount into container "${input.container.spec.name}"`,
    );
  }
  const volume = input.pod.spec.volumes?.find((one) => one.name === mount.name);
  const plugin = volume === undefined ? undefined : pluginOf(volume);
  const modes = {
    None: "PRIVATE",
    HostToContainer: "HOST_TO_CONTAINER",
    Bidirectional: "BIDIRECTIONAL",
  } as const;
  return {
    containerPath: mount.mountPath,
    hostPath: root,
    readonly: plugin?.readOnly === true || mount.readOnly === true,
    recursiveReadOnly: isRecursiveReadOnly(mount, input.recursiveReadOnly),
    selinuxRelabel: false,
    unmappable: plugin?.unmappable === true,
    propagation: modes[(mount.mountPropagation ?? "None") as keyof typeof modes] ?? "PRIVATE",
  };
}

/** Throws `StartError` when that is asked for and cannot be: it is never mounted otherwise. */
function isRecursiveReadOnly(mount: VolumeMount, supported: boolean): boolean {
  const { name, recursiveReadOnly = "Disabled", readOnly, mountPropagation = "None" } = mount;
  if (recursiveReadOnly === "Disabled") return false;
  const refuse = (why: string): never => {
    const text = `failed to resolve recursive read-only mode: volume "${name}" requested recursive read-only mode, but it is ${why}`;
    throw new StartError("CreateContainerConfigError", text);
  };
  if (readOnly !== true) return refuse("not read-only");
  if (mountPropagation !== "None") return refuse(`not compatible with propagation "${mountPropagation}"`);
  if (recursiveReadOnly === "IfPossible" || supported) return supported;
  return refuse("not supported by the runtime");
}
