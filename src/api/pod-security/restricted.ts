/** The restricted standard: today's practice of hardening, at the price of some compatibility. */
import { baselineCapabilities, baselineProcMount, baselineSeccomp, procMount } from "./baseline.ts";
import {
  type AnyContainer,
  type CheckedPod,
  containersOf,
  containersWhere,
  faults,
  named,
  type PodCheck,
  type PodRule,
  unlessOwnUsers,
  violation,
} from "./check.ts";

const volumeTypes = new Set([
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "name",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);
const confined = new Set(["Localhost", "RuntimeDefault"]);

const volumes: PodCheck = ({ spec }) => {
  const details = (spec.volumes ?? []).flatMap((volume) => {
    const bad = Object.entries(volume).filter(
      ([type, source]) => source !== undefined && !volumeTypes.has(type),
    );
    return bad.map(([type]) => `${named("volume", [volume.name])} uses restricted volume type "${type}"`);
  });
  return violation("restricted volume types", details);
};

const escalation: PodCheck = (pod) => {
  const names = containersWhere(pod, (one) => one.securityContext?.allowPrivilegeEscalation !== false);
  const setting = "must set securityContext.allowPrivilegeEscalation=false";
  return violation("allowPrivilegeEscalation != false", faults(setting, names));
};

const nonRoot: PodCheck = (pod) => {
  const own = pod.spec.securityContext?.runAsNonRoot;
  const says = (one: AnyContainer): boolean | undefined => one.securityContext?.runAsNonRoot;
  const wrong = containersWhere(pod, (one) => says(one) === false);
  const silent = containersWhere(pod, (one) => says(one) === undefined);
  const isMissing = own !== true && silent.length > 0;
  const setting = "securityContext.runAsNonRoot";
  return violation("runAsNonRoot != true", [
    ...faults(`must not set ${setting}=false`, wrong, own === false && isMissing),
    ...(own === undefined && isMissing
      ? [`pod or ${named("container", silent)} must set ${setting}=true`]
      : []),
  ]);
};

const user: PodCheck = (pod) => {
  const names = containersWhere(pod, (one) => one.securityContext?.runAsUser === 0);
  const ofPod = pod.spec.securityContext?.runAsUser === 0;
  return violation("runAsUser=0", faults("must not set runAsUser=0", names, ofPod));
};

const seccomp: PodCheck = (pod) => {
  const own = pod.spec.securityContext?.seccompProfile?.type;
  const says = (one: AnyContainer): string | undefined => one.securityContext?.seccompProfile?.type;
  const wrong = containersWhere(pod, (one) => says(one) !== undefined && !confined.has(says(one) ?? ""));
  const silent = containersWhere(pod, (one) => says(one) === undefined);
  const isOwnWrong = own !== undefined && !confined.has(own);
  const setting = "securityContext.seccompProfile.type";
  return violation("seccompProfile", [
    ...(isOwnWrong ? [`pod must not set ${setting} to ${JSON.stringify(own)}`] : []),
    ...faults(`must not set ${setting} to "Unconfined"`, wrong),
    ...(own === undefined && silent.length > 0
      ? [`pod or ${named("container", silent)} must set ${setting} to "RuntimeDefault" or "Localhost"`]
      : []),
  ]);
};

const capabilities: PodCheck = (pod) => {
  const of = (one: AnyContainer, list: "add" | "drop"): readonly string[] =>
    one.securityContext?.capabilities?.[list] ?? [];
  const keeps = containersWhere(pod, (one) => !of(one, "drop").includes("ALL"));
  const added = (one: AnyContainer): readonly string[] =>
    of(one, "add").filter((name) => name !== "NET_BIND_SERVICE");
  const adds = containersWhere(pod, (one) => added(one).length > 0);
  const all = [...new Set(containersOf(pod).flatMap(added))].map((name) => JSON.stringify(name)).join(", ");
  const setting = "securityContext.capabilities";
  return violation("unrestricted capabilities", [
    ...faults(`must set ${setting}.drop=["ALL"]`, keeps),
    ...faults(`must not include ${all} in ${setting}.add`, adds),
  ]);
};

/** Since 1.25 a pod that says it is for Windows need not set what Linux alone knows. */
const linuxOnly =
  (check: PodCheck): PodCheck =>
  (pod: CheckedPod) =>
    pod.spec.os?.name === "windows" ? undefined : check(pod);

const rule = (check: PodCheck, since = 0): PodRule => ({ level: "restricted", since, check });

/** What it has beyond the baseline, in the order of its report. */
export const restricted: readonly PodRule[] = [
  rule(linuxOnly(escalation), 8),
  { ...rule(linuxOnly(capabilities), 22), replaces: baselineCapabilities },
  rule(volumes),
  { ...rule(procMount, 35), replaces: baselineProcMount },
  rule(unlessOwnUsers(nonRoot)),
  rule(unlessOwnUsers(user), 23),
  { ...rule(linuxOnly(seccomp), 19), replaces: baselineSeccomp },
];
