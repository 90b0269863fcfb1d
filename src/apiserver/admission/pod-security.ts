/**
 * The pod security standards, by the labels of the namespace: pods that break the enforced level are refused, those that
 * break the other levels are let in with a warning; so are workloads whose pods would. Source: KEP-2579.
 */
import {
  type AnyContainer,
  type CheckedPod,
  forbidden,
  invalid,
  isStricter,
  type KubeObject,
  levelText,
  type LevelVersion,
  type Namespace,
  type Pod,
  type PodSecuritySettings,
  type PodTemplateSpec,
  policyOf,
  reasonText,
  same,
  type SecurityPolicy,
  violationsOf,
  violationText,
} from "#api";
import type { PodSecurityMetrics } from "./pod-security-metrics.ts";
import type { AdmissionDeps, AdmissionPlugin, AdmissionRequest } from "./admission.ts";

/** Pods of a namespace that are looked at when its level rises. */
const maxPods = 3_000;

/** Where a kind has its pod template. */
const templates: Readonly<Record<string, (object: KubeObject) => PodTemplateSpec | undefined>> = {
  podtemplates: (object) => (object as { template?: PodTemplateSpec }).template,
  replicationcontrollers: templateOf,
  "replicasets.apps": templateOf,
  "deployments.apps": templateOf,
  "statefulsets.apps": templateOf,
  "daemonsets.apps": templateOf,
  "jobs.batch": templateOf,
  "cronjobs.batch": (object) =>
    templateOf((object as { spec?: { jobTemplate?: unknown } }).spec?.jobTemplate),
};

/** The plug-in with what holds beside the labels. */
export function podSecurity(settings: PodSecuritySettings, metrics: PodSecurityMetrics): AdmissionPlugin {
  const { defaults, exempt } = settings;
  return {
    operations: ["CREATE", "UPDATE"],
    resources: ["namespaces", "pods", "pods/ephemeralcontainers", "pods/resize", ...Object.keys(templates)],
    validate(request, deps) {
      const { plural, group } = request.resource;
      if (plural === "namespaces") return checkNamespace(request, deps, settings);
      if (exempt.namespaces.includes(request.namespace) || exempt.usernames.includes(request.user.name))
        return metrics.exempted(request);
      const namespace = deps.objects.get<Namespace>("", "namespaces", "", request.namespace);
      const { policy } = policyOf(namespace?.metadata.labels, defaults);
      const pod = plural === "pods" ? (request.object as Pod) : podOf(request.object, group, plural);
      if (pod === undefined) return;
      if (isExempt(pod, exempt.runtimeClasses)) return metrics.exempted(request);
      if (plural === "pods") {
        if (request.old !== undefined && !isSignificant(pod, request.old as Pod)) return;
        enforce(request, pod, policy, metrics);
      }
      tell(request, pod, policy, metrics);
    },
  };
}

function podOf(object: KubeObject | undefined, group: string, plural: string): CheckedPod | undefined {
  const template = templates[group === "" ? plural : `${plural}.${group}`]?.(object as KubeObject);
  return template === undefined ? undefined : { metadata: template.metadata ?? {}, spec: template.spec };
}

function isExempt({ spec }: CheckedPod, runtimeClasses: readonly string[]): boolean {
  return spec.runtimeClassName !== undefined && runtimeClasses.includes(spec.runtimeClassName);
}

function templateOf(object: unknown): PodTemplateSpec | undefined {
  return (object as { readonly spec?: { readonly template?: PodTemplateSpec } } | undefined)?.spec?.template;
}

function enforce(
  request: AdmissionRequest,
  pod: CheckedPod,
  policy: SecurityPolicy,
  metrics: PodSecurityMetrics,
): void {
  const violations = violationsOf(pod, policy.enforce);
  metrics.decided(request, violations.length === 0 ? "allow" : "deny", "enforce", policy.enforce);
  if (violations.length === 0) return;
  const detail = `violates PodSecurity "${levelText(policy.enforce)}": ${violationText(violations)}`;
  throw forbidden(request.resource, request.name, detail);
}

/** Lets in, and warns. */
function tell(
  request: AdmissionRequest,
  pod: CheckedPod,
  policy: SecurityPolicy,
  metrics: PodSecurityMetrics,
): void {
  if (violationsOf(pod, policy.audit).length > 0) metrics.decided(request, "deny", "audit", policy.audit);
  const violations = violationsOf(pod, policy.warn);
  if (violations.length === 0) return;
  metrics.decided(request, "deny", "warn", policy.warn);
  request.warn(`would violate PodSecurity "${levelText(policy.warn)}": ${violationText(violations)}`);
}

/** Of what may change in a pod, new images and new containers are looked at again. */
function isSignificant({ spec }: CheckedPod, { spec: old }: Pod): boolean {
  const images = (containers: readonly AnyContainer[] = []): unknown =>
    containers.map(({ name, image }) => [name, image]);
  return (["containers", "initContainers", "ephemeralContainers"] as const).some(
    (field) => !same(images(spec[field]), images(old[field])),
  );
}

/** Labels must be readable; when a level rises, the pods that are there already are reported. */
function checkNamespace(
  request: AdmissionRequest,
  { objects }: AdmissionDeps,
  { defaults, exempt }: PodSecuritySettings,
): void {
  const labels = request.object?.metadata.labels;
  const { policy, errors } = policyOf(labels, defaults);
  const before = policyOf(request.old?.metadata.labels, defaults);
  const isNew = request.old === undefined;
  if (!errors.empty && (isNew || !same(errors.list, before.errors.list)))
    throw invalid(request.resource, request.name, errors);
  const { enforce } = policy;
  const { enforce: enforced } = before.policy;
  const isRelaxed = enforce.minor === enforced.minor && !isStricter(enforce, enforced);
  if (!isNew && (enforce.level === "privileged" || isRelaxed)) return;
  if (exempt.namespaces.includes(request.name)) warnOfExemption(request, policy, labels);
  else if (!isNew) warnOfPods(request, objects.list<Pod>("", "pods", request.name), enforce, exempt);
}

/** Labels of an exempt namespace say what nobody does. */
function warnOfExemption(
  request: AdmissionRequest,
  policy: SecurityPolicy,
  labels: Readonly<Record<string, string>> = {},
): void {
  const ignored = (["enforce", "audit", "warn"] as const).filter((mode) => {
    const key = `pod-security.kubernetes.io/${mode}`;
    const isSaid = labels[key] !== undefined || labels[`${key}-version`] !== undefined;
    return policy[mode].level !== "privileged" && isSaid;
  });
  if (ignored.length === 0) return;
  const texts = ignored.map((mode) => `${mode}=${levelText(policy[mode])}`).join(", ");
  request.warn(
    `namespace "${request.name}" is exempt from Pod Security, and the policy (${texts}) will be ignored`,
  );
}

function warnOfPods(
  request: AdmissionRequest,
  pods: Iterable<Pod>,
  enforce: LevelVersion,
  { runtimeClasses }: PodSecuritySettings["exempt"],
): void {
  const all = [...pods].filter((pod) => !isExempt(pod, runtimeClasses));
  const names = new Map<string, string[]>();
  for (const pod of all.slice(0, maxPods)) {
    const text = reasonText(violationsOf(pod, enforce));
    if (text !== "") names.set(text, [...(names.get(text) ?? []), pod.metadata.name ?? ""]);
  }
  if (all.length > maxPods)
    request.warn(
      `new PodSecurity enforce level only checked against the first ${maxPods} of ${all.length} existing pods`,
    );
  if (names.size === 0) return;
  const level = levelText(enforce);
  request.warn(
    `existing pods in namespace "${request.name}" violate the new PodSecurity enforce level "${level}"`,
  );
  const lines = [...names].map(([text, [first = "", ...others]]) => {
    const more =
      others.length === 0 ? "" : ` (and ${others.length} other pod${others.length === 1 ? "" : "s"})`;
    return `${first}${more}: ${text}`;
  });
  for (const line of lines.sort()) request.warn(line);
}
