/** The baseline standard: known escalations of privilege are refused, everything usual is allowed. */
import {
  type AnyContainer,
  containersOf,
  containersWhere,
  faults,
  named,
  type PodCheck,
  type PodRule,
  unlessOwnUsers,
  violation,
} from "./check.ts";

const usualCapabilities = new Set([
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
]);
const safeSysctls = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_wmem",
]);
const seLinuxTypes = new Set([
  "",
  "container_engine_t",
  "container_init_t",
  "container_kvm_t",
  "container_t",
]);
const appArmorPrefix = "container.apparmor.security.beta.kubernetes.io/";

const hostProcess: PodCheck = (pod) => {
  const names = containersWhere(pod, (one) => one.securityContext?.windowsOptions?.hostProcess === true);
  const ofPod = pod.spec.securityContext?.windowsOptions?.hostProcess === true;
  const setting = "must not set securityContext.windowsOptions.hostProcess=true";
  return violation("hostProcess", faults(setting, names, ofPod));
};

const hostNamespaces: PodCheck = ({ spec }) => {
  const used = (["hostNetwork", "hostPID", "hostIPC"] as const).filter((name) => spec[name] === true);
  return violation(
    "host namespaces",
    used.length === 0 ? [] : [used.map((name) => `${name}=true`).join(", ")],
  );
};

const privileged: PodCheck = (pod) => {
  const names = containersWhere(pod, (one) => one.securityContext?.privileged === true);
  return violation("privileged", faults("must not set securityContext.privileged=true", names));
};

const capabilities: PodCheck = (pod) => {
  const added = (one: AnyContainer): readonly string[] =>
    (one.securityContext?.capabilities?.add ?? []).filter((name) => !usualCapabilities.has(name));
  const names = containersWhere(pod, (one) => added(one).length > 0);
  const all = [...new Set(containersOf(pod).flatMap(added))].map((name) => JSON.stringify(name));
  const setting = `must not include ${all.join(", ")} in securityContext.capabilities.add`;
  return violation("non-default capabilities", faults(setting, names));
};

const hostPathVolumes: PodCheck = ({ spec }) => {
  const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name);
  return violation("hostPath volumes", names.length === 0 ? [] : [named("volume", names)]);
};

const hostPorts: PodCheck = (pod) => {
  const used = (one: AnyContainer): readonly number[] =>
    (one.ports ?? []).map(({ hostPort = 0 }) => hostPort).filter((port) => port !== 0);
  const details = containersOf(pod)
    .filter((one) => used(one).length > 0)
    .map((one) => `${named("container", [one.name])} uses hostPort ${used(one).join(", ")}`);
  return violation("hostPort", details);
};

const appArmor: PodCheck = (pod) => {
  const isBad = (type: string | undefined): boolean => type === "Unconfined";
  const names = containersWhere(pod, (one) => isBad(one.securityContext?.appArmorProfile?.type));
  const profile = 'must not set AppArmor profile type to "Unconfined"';
  const annotations = Object.entries(pod.metadata.annotations ?? {}).filter(
    ([key, value]) =>
      key.startsWith(appArmorPrefix) &&
      value !== "" &&
      value !== "runtime/default" &&
      !value.startsWith("localhost/"),
  );
  return violation("forbidden AppArmor profiles", [
    ...faults(profile, names, isBad(pod.spec.securityContext?.appArmorProfile?.type)),
    ...annotations.map(([key, value]) => `annotation ${key}=${JSON.stringify(value)}`),
  ]);
};

const seLinuxOptions: PodCheck = (pod) => {
  const contexts = [
    ["pod", pod.spec.securityContext?.seLinuxOptions] as const,
    ...containersOf(pod).map(
      (one) => [named("container", [one.name]), one.securityContext?.seLinuxOptions] as const,
    ),
  ];
  const details = contexts.flatMap(([who, options]) => {
    const { type = "", user = "", role = "" } = options ?? {};
    const bad = [
      ...(seLinuxTypes.has(type) ? [] : [`type ${JSON.stringify(type)}`]),
      ...(user === "" ? [] : ["user may not be set"]),
      ...(role === "" ? [] : ["role may not be set"]),
    ];
    return bad.length === 0 ? [] : [`${who} set forbidden securityContext.seLinuxOptions: ${bad.join(", ")}`];
  });
  return violation("seLinuxOptions", details);
};

export const procMount: PodCheck = (pod) => {
  const isOdd = (one: AnyContainer): boolean => (one.securityContext?.procMount ?? "Default") !== "Default";
  const names = containersWhere(pod, isOdd);
  return violation("procMount", faults('must not set securityContext.procMount to "Unmasked"', names));
};

const seccomp: PodCheck = (pod) => {
  const isBad = (type: string | undefined): boolean => type === "Unconfined";
  const names = containersWhere(pod, (one) => isBad(one.securityContext?.seccompProfile?.type));
  const setting = 'must not set securityContext.seccompProfile.type to "Unconfined"';
  const ofPod = isBad(pod.spec.securityContext?.seccompProfile?.type);
  return violation("seccompProfile", faults(setting, names, ofPod));
};

const sysctls: PodCheck = ({ spec }) => {
  const names = (spec.securityContext?.sysctls ?? []).map(({ name }) => name);
  const bad = names.filter((name) => !safeSysctls.has(name));
  return violation("forbidden sysctls", bad.length === 0 ? [] : [bad.join(", ")]);
};

/** A probe of another host would be the kubelet's request, from where the kubelet stands. */
const probeHosts: PodCheck = (pod) => {
  const details = containersOf(pod).flatMap((one) => {
    const { postStart, preStop } = one.lifecycle ?? {};
    const handlers = [one.livenessProbe, one.readinessProbe, one.startupProbe, postStart, preStop];
    const hosts = handlers.flatMap((handler) => [handler?.httpGet?.host, handler?.tcpSocket?.host]);
    const used = [...new Set(hosts.filter((host) => host !== undefined && host !== ""))];
    const text = used.map((host) => JSON.stringify(host)).join(", ");
    return used.length === 0
      ? []
      : [`${named("container", [one.name])} uses probe or lifecycle host ${text}`];
  });
  return violation("probe or lifecycle host", details);
};

const rule = (check: PodCheck, since = 0): PodRule => ({ level: "baseline", since, check });

/** Rules that the restricted standard tightens. */
export const baselineCapabilities = rule(capabilities);
export const baselineSeccomp = rule(seccomp);
export const baselineProcMount = rule(unlessOwnUsers(procMount), 35);

/** Every rule, in the order of its report. */
export const baseline: readonly PodRule[] = [
  rule(appArmor),
  baselineCapabilities,
  rule(hostNamespaces),
  rule(hostPathVolumes),
  rule(hostPorts),
  rule(probeHosts, 34),
  rule(privileged),
  { ...rule(procMount), until: 35 },
  baselineProcMount,
  rule(seLinuxOptions),
  baselineSeccomp,
  rule(sysctls),
  rule(hostProcess),
];
