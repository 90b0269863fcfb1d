/** What the runtime needs to make a pod's sandbox, from the pod's spec. */
import type { ContainerPort, Pod } from "#api";
import { podCgroupValues } from "../../cgroup/cgroup-values.ts";
import { podCgroup } from "../../cgroup/pod-cgroups.ts";
import type { DnsConfig, IdRange, PodSandboxConfig, PortMapping } from "../../runtime/config.ts";
import {
  podDeletionGraceAnnotation,
  podNameLabel,
  podNamespaceLabel,
  podTerminationGraceAnnotation,
  podUidLabel,
  podUsersAnnotation,
} from "../../runtime/labels.ts";
import { noResources, podResources } from "./linux-resources.ts";
import { podDns } from "./pod-dns.ts";
import { sandboxSecurity } from "./security.ts";

/** The node's part in its pods' configuration. */
export interface NodeDefaults {
  /** `/var/lib/kubelet`. */
  readonly rootDirectory: string;
  /** `/var/log/pods`. */
  readonly logDirectory: string;
  /** Addresses of the cluster's DNS; empty: pods use the node's. */
  readonly clusterDns: readonly string[];
  /** `cluster.local`. */
  readonly clusterDomain: string;
  /** The node's own resolver. */
  readonly nodeDns: DnsConfig;
  readonly memoryBytes: number;
  /** As `MachineInfo` has it. */
  readonly containerCgroup: Readonly<Record<string, string>>;
  /** For resourceFieldRef of containers without limits. */
  readonly allocatable: Readonly<Record<string, string>>;
}

const maxHostname = 63;
/** The kernel's bound for a host's whole name. */
const maxFullHostname = 64;
const protocols = ["TCP", "UDP", "SCTP"] as const;

/** What a pod's own object does not say. */
export interface SandboxPart {
  /** Of the pod's RuntimeClass; empty: the runtime's default. */
  readonly runtimeHandler: string;
  /** Undefined: the node's users. */
  readonly users: IdRange | undefined;
}

/** Throws when the pod's full hostname is too long. */
export function sandboxConfig(
  pod: Pod,
  attempt: number,
  node: NodeDefaults,
  { runtimeHandler, users }: SandboxPart,
): PodSandboxConfig {
  const { metadata, spec } = pod;
  const { name = "", namespace = "", uid = "" } = metadata;
  return {
    name,
    namespace,
    uid,
    attempt,
    hostname: spec.hostNetwork === true ? "" : hostnameOf(pod, node),
    logDirectory: podLogDirectory(pod, node),
    dns: podDns(pod, node).config,
    portMappings:
      spec.hostNetwork === true
        ? []
        : spec.containers.flatMap((one) => (one.ports ?? []).flatMap(portMapping)),
    labels: { ...metadata.labels, [podNameLabel]: name, [podNamespaceLabel]: namespace, [podUidLabel]: uid },
    annotations: { ...metadata.annotations, ...graceAnnotations(pod), ...usersAnnotation(users) },
    runtimeHandler,
    cgroupParent: podCgroup(pod),
    sysctls: Object.fromEntries(
      (spec.securityContext?.sysctls ?? []).map((one) => [one.name.replaceAll("/", "."), one.value]),
    ),
    security: sandboxSecurity(pod, node.rootDirectory, users),
    overhead: noResources,
    resources: podResources(podCgroupValues(pod, undefined)),
  };
}

/** `/var/log/pods/default_web-0_<uid>`. */
export function podLogDirectory(pod: Pod, node: Pick<NodeDefaults, "logDirectory">): string {
  const { name, namespace, uid } = pod.metadata;
  return `${node.logDirectory}/${namespace}_${name}_${uid}`;
}

/** The grace of a pod, kept at the runtime so that it can be ended well even when its object is gone. */
function graceAnnotations(pod: Pod): Readonly<Record<string, string>> {
  const deletion = pod.metadata.deletionGracePeriodSeconds;
  const termination = pod.spec.terminationGracePeriodSeconds;
  return {
    ...(deletion === undefined ? {} : { [podDeletionGraceAnnotation]: String(deletion) }),
    ...(termination === undefined ? {} : { [podTerminationGraceAnnotation]: String(termination) }),
  };
}

/** Always ours to say, whatever the pod is annotated with. */
function usersAnnotation(users: IdRange | undefined): Readonly<Record<string, string>> {
  return { [podUsersAnnotation]: users === undefined ? "" : `${users.first}:${users.count}` };
}

/** The pod's name or its own hostname as a single label, and the domain that its headless Service gives it. */
export function podHostname(
  { spec, metadata }: Pod,
  node: Pick<NodeDefaults, "clusterDomain">,
): { readonly hostname: string; readonly domain: string } {
  const override = spec.hostnameOverride ?? "";
  if (override !== "") return { hostname: override, domain: "" };
  const hostname = (spec.hostname || (metadata.name ?? "")).slice(0, maxHostname).replace(/[-.]+$/, "");
  const { subdomain = "" } = spec;
  const domain = subdomain === "" ? "" : `${subdomain}.${metadata.namespace}.svc.${node.clusterDomain}`;
  return { hostname, domain };
}

/** What the pod's programs see as their host's name: with its domain when asked for, which nothing is cut off. */
function hostnameOf(pod: Pod, node: NodeDefaults): string {
  const { hostname, domain } = podHostname(pod, node);
  if (pod.spec.setHostnameAsFQDN !== true || domain === "") return hostname;
  const full = `${hostname}.${domain}`;
  if (full.length <= maxFullHostname) return full;
  const length = `${maxFullHostname} characters is the max, ${full.length} characters requested`;
  const what = "failed to construct FQDN from Pod hostname and cluster domain";
  throw new Error(`${what}, FQDN ${full} is too long (${length})`);
}

function portMapping(port: ContainerPort): readonly PortMapping[] {
  const { hostPort = 0, containerPort, hostIP = "" } = port;
  if (hostPort === 0) return [];
  const protocol = protocols.find((one) => one === port.protocol) ?? "TCP";
  return [{ protocol, containerPort, hostPort, hostIp: hostIP }];
}
