/**
 * What is worth a warning in a pod or a template: it works today, and not as its author thinks, or not for long. Every
 * write of a pod passes here, so what is not there costs nothing.
 */
import type { Container, PodSpec } from "../../types/core/mod.ts";
import type { ObjectMeta } from "../../types/meta/object-meta.ts";
import type { KubeObject } from "../../schema/mod.ts";
import { dnsLabel } from "../../names/dns.ts";
import { fractionWarning } from "./fraction-warning.ts";
import { nodeLabelWarning, selectorWarnings, termWarnings } from "./node-label-warnings.ts";
import { volumeWarnings } from "./volume-warnings.ts";

const appArmor = "container.apparmor.security.beta.kubernetes.io/";
const seccompPod = "seccomp.security.alpha.kubernetes.io/pod";
const seccompContainer = "container.seccomp.security.alpha.kubernetes.io/";

/** Of a template (`spec.template`), or of a pod (path `""`). */
export function podWarnings(
  { metadata, spec }: { readonly metadata?: ObjectMeta | undefined; readonly spec: PodSpec },
  path: string,
): readonly string[] {
  const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
  return [
    ...annotationWarnings(metadata?.annotations, spec, at("metadata.annotations")),
    ...specWarnings(spec, at("spec")),
  ];
}

/**
 * Of a workload: a new one's name and template; later on, the template, when the update asked for something new.
 */
export function workloadWarnings(
  object: KubeObject,
  old: KubeObject | undefined,
  template: { readonly metadata?: ObjectMeta | undefined; readonly spec: PodSpec },
  path: string,
): readonly string[] {
  if (old === undefined)
    return [
      ...hostNameWarning(object.metadata.name, "Pod names and hostnames"),
      ...podWarnings(template, path),
    ];
  return object.metadata.generation === old.metadata.generation ? [] : podWarnings(template, path);
}

/** Names of workloads become parts of host names. `use`: `Pod names and hostnames`. */
export function hostNameWarning(name: string | undefined, use: string): readonly string[] {
  const problems = dnsLabel(name ?? "");
  if (problems.length === 0) return [];
  const why = "which can result in surprising behavior; a DNS label is recommended";
  return [`metadata.name: this is used in ${use}, ${why}: [${problems.join(", ")}]`];
}

function specWarnings(spec: PodSpec, path: string): readonly string[] {
  const found: string[] = [...selectorWarnings(spec.nodeSelector, `${path}.nodeSelector`)];
  if (spec.affinity !== undefined) found.push(...affinityWarnings(spec.affinity, `${path}.affinity`));
  for (const [i, one] of (spec.topologySpreadConstraints ?? []).entries()) {
    const here = `${path}.topologySpreadConstraints[${i}]`;
    const why = nodeLabelWarning(one.topologyKey);
    if (why !== undefined) found.push(`${here}.topologyKey: ${one.topologyKey} is ${why}`);
    if (one.labelSelector === undefined) found.push(`${here}.labelSelector: ${matchesNothing}`);
  }
  found.push(...doubles(spec.hostAliases, ({ ip }) => ip, `${path}.hostAliases`, "ip"));
  found.push(...doubles(spec.imagePullSecrets, ({ name = "" }) => name, `${path}.imagePullSecrets`, "name"));
  for (const [i, secret] of (spec.imagePullSecrets ?? []).entries()) {
    if (!secret.name) found.push(`${path}.imagePullSecrets[${i}].name: invalid empty name ""`);
  }
  for (const [i, volume] of (spec.volumes ?? []).entries())
    found.push(...volumeWarnings(volume, `${path}.volumes[${i}]`));
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    const why = "must be >= 0; negative values are invalid and will be treated as 1";
    found.push(`${path}.terminationGracePeriodSeconds: ${why}`);
  }
  for (const list of ["initContainers", "containers"] as const) {
    for (const [i, container] of (spec[list] ?? []).entries())
      found.push(...containerWarnings(container, `${path}.${list}[${i}]`));
  }
  return found;
}

const matchesNothing = "a null labelSelector results in matching no pod";

function affinityWarnings(affinity: NonNullable<PodSpec["affinity"]>, path: string): readonly string[] {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  const [required, preferred] = [
    "requiredDuringSchedulingIgnoredDuringExecution",
    "preferredDuringSchedulingIgnoredDuringExecution",
  ] as const;
  const found: string[] = [];
  for (const [i, term] of (nodeAffinity?.[required]?.nodeSelectorTerms ?? []).entries())
    found.push(...termWarnings(term, `${path}.nodeAffinity.${required}.nodeSelectorTerms[${i}]`));
  for (const [i, { preference }] of (nodeAffinity?.[preferred] ?? []).entries())
    found.push(...termWarnings(preference, `${path}.nodeAffinity.${preferred}[${i}].preference`));
  for (const [name, one] of Object.entries({ podAffinity, podAntiAffinity })) {
    for (const [i, { labelSelector }] of (one?.[required] ?? []).entries())
      if (labelSelector === undefined)
        found.push(`${path}.${name}.${required}[${i}].labelSelector: ${matchesNothing}`);
    for (const [i, { podAffinityTerm }] of (one?.[preferred] ?? []).entries())
      if (podAffinityTerm.labelSelector === undefined)
        found.push(`${path}.${name}.${preferred}[${i}].podAffinityTerm.labelSelector: ${matchesNothing}`);
  }
  return found;
}

function annotationWarnings(
  annotations: Readonly<Record<string, string>> | undefined,
  spec: PodSpec,
  path: string,
): readonly string[] {
  if (annotations === undefined) return [];
  const contextOf = (name: string): Container["securityContext"] =>
    [...(spec.containers ?? []), ...(spec.initContainers ?? [])].find((one) => one.name === name)
      ?.securityContext;
  const podContext = spec.securityContext;
  return Object.keys(annotations).flatMap((key) => {
    const seccomp = 'non-functional in v1.27+; use the "seccompProfile" field instead';
    if (key === seccompPod) return podContext?.seccompProfile ? [] : [`${path}[${key}]: ${seccomp}`];
    if (key.startsWith(seccompContainer)) {
      const own = contextOf(key.slice(seccompContainer.length))?.seccompProfile ?? podContext?.seccompProfile;
      return own === undefined ? [`${path}[${key}]: ${seccomp}`] : [];
    }
    if (!key.startsWith(appArmor) || contextOf(key.slice(appArmor.length))?.appArmorProfile !== undefined)
      return [];
    return [`${path}[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`];
  });
}

function containerWarnings(container: Container, path: string): readonly string[] {
  const { env = [], ports = [], resources } = container;
  const found: string[] = [];
  const seen = new Set<string>();
  for (const [j, { name, value = "" }] of (env ?? []).entries()) {
    // A variable that builds on the one before is meant to take its place.
    if (seen.has(name) && !value.includes(`$(${name})`)) {
      const why = "which may be dropped when using apply";
      found.push(`${path}.env[${j}]: hides previous definition of "${name}", ${why}`);
    }
    seen.add(name);
  }
  const places = new Map<string, number>();
  for (const [j, { protocol, containerPort, hostPort, hostIP }] of (ports ?? []).entries()) {
    const id = `${protocol} ${containerPort} ${hostPort ?? 0} ${hostIP ?? ""}`;
    const before = places.get(id);
    if (before === undefined) places.set(id, j);
    else found.push(`${path}.ports[${j}]: duplicate port definition with ${path}.ports[${before}]`);
  }
  for (const kind of ["limits", "requests"] as const) {
    for (const name of ["ephemeral-storage", "memory"])
      found.push(...fractionWarning(resources?.[kind]?.[name], `${path}.resources.${kind}[${name}]`));
  }
  return found;
}

function doubles<T>(
  list: readonly T[] | undefined,
  idOf: (item: T) => string,
  path: string,
  field: string,
): readonly string[] {
  if (list === undefined || list.length < 2) return [];
  const seen = new Set<string>();
  return list.flatMap((item, i) => {
    const id = idOf(item);
    if (seen.has(id)) return [`${path}[${i}].${field}: duplicate ${field} "${id}"`];
    seen.add(id);
    return [];
  });
}
