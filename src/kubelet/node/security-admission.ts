/**
 * What a pod asks of the node's security that the node does not have, or does not give: refused at once and
 * by name, never run without it. Words are upstream's. Pure.
 */
import type { core, Node, Pod } from "#api";
import { containersOf } from "../pod/containers.ts";
import type { Verdict } from "../status/pod-status.ts";

/** What the node offers beside what its object says. */
export interface NodeSecurity {
  readonly appArmor: boolean;
  /** Names or `prefix*` of sysctls that are allowed beside the safe ones. */
  readonly allowedUnsafeSysctls: readonly string[];
}

/** Sysctls that change nothing outside their pod, by the namespace that keeps them apart. */
const safeSysctls: ReadonlyMap<string, "ipc" | "network"> = new Map([
  ["kernel.shm_rmid_forced", "ipc"],
  ["net.ipv4.ip_local_port_range", "network"],
  ["net.ipv4.tcp_syncookies", "network"],
  ["net.ipv4.ping_group_range", "network"],
  ["net.ipv4.ip_unprivileged_port_start", "network"],
  ["net.ipv4.ip_local_reserved_ports", "network"],
  ["net.ipv4.tcp_keepalive_time", "network"],
  ["net.ipv4.tcp_fin_timeout", "network"],
  ["net.ipv4.tcp_keepalive_intvl", "network"],
  ["net.ipv4.tcp_keepalive_probes", "network"],
  ["net.ipv4.tcp_rmem", "network"],
  ["net.ipv4.tcp_wmem", "network"],
]);

/** Names that the kernel keeps apart by namespace, safe or not. */
const namespaced: readonly (readonly [prefix: string, namespace: "ipc" | "network"])[] = [
  ["kernel.shm", "ipc"],
  ["kernel.msg", "ipc"],
  ["kernel.sem", "ipc"],
  ["fs.mqueue.", "ipc"],
  ["net.", "network"],
];

/** Why the pod cannot run here; `undefined` when it can. */
export function securityRefusal(pod: Pod, node: Node, security: NodeSecurity): Verdict | undefined {
  for (const { name } of pod.spec.securityContext?.sysctls ?? []) {
    const why = sysctlRefusal(name.replaceAll("/", "."), pod, security);
    if (why !== undefined)
      return { reason: "SysctlForbidden", message: `forbidden sysctl: "${name}" ${why}` };
  }
  if (!security.appArmor && wantsAppArmor(pod)) {
    const message = "Cannot enforce AppArmor: AppArmor is not enabled on the host";
    return { reason: "AppArmor", message };
  }
  if (
    pod.spec.securityContext?.supplementalGroupsPolicy === "Strict" &&
    node.status.features?.supplementalGroupsPolicy !== true
  ) {
    const message = "SupplementalGroupsPolicy=Strict is not supported in this node";
    return { reason: "SupplementalGroupsPolicyNotSupported", message };
  }
  return undefined;
}

function sysctlRefusal(name: string, pod: Pod, { allowedUnsafeSysctls }: NodeSecurity): string | undefined {
  const allowed = allowedUnsafeSysctls.some((one) =>
    one.endsWith("*") ? name.startsWith(one.slice(0, -1)) : one === name,
  );
  const namespace = safeSysctls.get(name) ?? namespaced.find(([prefix]) => name.startsWith(prefix))?.[1];
  if (!safeSysctls.has(name) && (!allowed || namespace === undefined)) return "not allowlisted";
  if (namespace === "ipc" && pod.spec.hostIPC === true) return "not allowed with host ipc enabled";
  if (namespace === "network" && pod.spec.hostNetwork === true) return "not allowed with host net enabled";
  return undefined;
}

/** A profile other than none at all. */
function wantsAppArmor(pod: Pod): boolean {
  const profiles: readonly (core.AppArmorProfile | undefined)[] = [
    pod.spec.securityContext?.appArmorProfile,
    ...containersOf(pod).map(({ spec }) => spec.securityContext?.appArmorProfile),
  ];
  return profiles.some((one) => one !== undefined && one.type !== "Unconfined");
}
