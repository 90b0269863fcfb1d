/**
 * The pod security standards, by the labels of the namespace: pods that break the enforced level are refused, those that
 * break the other levels are let in with a warning; so are workloads whose pods would. Source: KEP-2579.
 */
import {
  forbidden,
  invalid,
  isStricter,
  type KubeObject,
  levelText,
  type Namespace,
  type Pod,
  type PodTemplateSpec,
  policyOf,
  same,
  type SecurityPolicy,
  violationsOf,
  violationText,
} from "#api";
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

export const podSecurity: AdmissionPlugin = {
  operations: ["CREATE", "UPDATE"],
  resources: ["namespaces", "pods", "pods/ephemeralcontainers", ...Object.keys(templates)],
  validate(request, deps) {
    const { plural, group } = request.resource;
    if (plural === "namespaces") return checkNamespace(request, deps);
    const namespace = deps.objects.get<Namespace>("", "namespaces", "", request.namespace);
    const { policy } = policyOf(namespace?.metadata.labels);
    if (plural === "pods") return checkPod(request, policy);
    const template = templates[group === "" ? plural : `${plural}.${group}`]?.(request.object as KubeObject);
    if (template !== undefined)
      warn(request, { metadata: template.metadata ?? {}, spec: template.spec }, policy);
  },
};

function templateOf(object: unknown): PodTemplateSpec | undefined {
  return (object as { readonly spec?: { readonly template?: PodTemplateSpec } } | undefined)?.spec?.template;
}

function checkPod(request: AdmissionRequest, policy: SecurityPolicy): void {
  const pod = request.object as Pod;
  if (request.old !== undefined && !isSignificant(pod, request.old as Pod)) return;
  const violations = violationsOf(pod, policy.enforce);
  if (violations.length > 0) {
    const detail = `violates PodSecurity "${levelText(policy.enforce)}": ${violationText(violations)}`;
    throw forbidden(request.resource, request.name, detail);
  }
  warn(request, pod, policy);
}

function warn(
  request: AdmissionRequest,
  pod: Parameters<typeof violationsOf>[0],
  policy: SecurityPolicy,
): void {
  const violations = violationsOf(pod, policy.warn);
  if (violations.length === 0) return;
  request.warn(`would violate PodSecurity "${levelText(policy.warn)}": ${violationText(violations)}`);
}

/** Images and tolerations of a pod may change without being looked at again. */
function isSignificant(pod: Pod, old: Pod): boolean {
  const bare = ({ metadata, spec }: Pod): unknown => {
    const plain = (list: readonly object[] = []): unknown => list.map((one) => ({ ...one, image: "" }));
    const {
      containers,
      initContainers,
      ephemeralContainers,
      tolerations: _,
      activeDeadlineSeconds: __,
      ...rest
    } = spec;
    const appArmor = Object.entries(metadata.annotations ?? {}).filter(([key]) => key.includes("apparmor"));
    return [rest, appArmor, plain(containers), plain(initContainers), plain(ephemeralContainers)];
  };
  return !same(bare(pod), bare(old));
}

/** Labels must be readable; when a level rises, the pods that are there already are reported. */
function checkNamespace(request: AdmissionRequest, { objects }: AdmissionDeps): void {
  const { policy, errors } = policyOf(request.object?.metadata.labels);
  const before = policyOf(request.old?.metadata.labels);
  if (!errors.empty && (request.old === undefined || before.errors.empty))
    throw invalid(request.resource, request.name, errors);
  if (request.old === undefined || !errors.empty || same(policy.enforce, before.policy.enforce)) return;
  if (policy.enforce.level === "privileged" || !isStricter(policy.enforce, before.policy.enforce)) return;
  const names = new Map<string, string[]>();
  let count = 0;
  for (const pod of objects.list<Pod>("", "pods", request.name)) {
    if (count++ >= maxPods) break;
    const text = violationText(violationsOf(pod, policy.enforce));
    if (text !== "") names.set(text, [...(names.get(text) ?? []), pod.metadata.name ?? ""]);
  }
  if (names.size === 0) return;
  const level = levelText(policy.enforce);
  request.warn(
    `existing pods in namespace "${request.name}" violate the new PodSecurity enforce level "${level}"`,
  );
  for (const [text, [first = "", ...others]] of names) {
    const more =
      others.length === 0 ? "" : ` (and ${others.length} other pod${others.length === 1 ? "" : "s"})`;
    request.warn(`${first}${more}: ${text}`);
  }
}
