/**
 * In which order groups and versions are listed, and so which of two groups or versions a client prefers: by
 * priority, highest first, then by name. The built-in groups have upstream's order; all others come after
 * them.
 */

/** `groupPriorityMinimum` of an APIService. */
const GROUP_PRIORITIES: ReadonlyMap<string, number> = new Map([
  ["", 18_000],
  ["apiregistration.k8s.io", 20_000],
  ["apps", 17_800],
  ["events.k8s.io", 17_750],
  ["authentication.k8s.io", 17_700],
  ["authorization.k8s.io", 17_600],
  ["autoscaling", 17_500],
  ["batch", 17_400],
  ["certificates.k8s.io", 17_300],
  ["networking.k8s.io", 17_200],
  ["policy", 17_100],
  ["rbac.authorization.k8s.io", 17_000],
  ["storage.k8s.io", 16_800],
  ["admissionregistration.k8s.io", 16_700],
  ["apiextensions.k8s.io", 16_700],
  ["scheduling.k8s.io", 16_600],
  ["coordination.k8s.io", 16_500],
  ["node.k8s.io", 16_300],
  ["discovery.k8s.io", 16_200],
  ["resource.k8s.io", 16_200],
  ["flowcontrol.apiserver.k8s.io", 16_100],
]);

/** What upstream gives to the groups of custom resources. */
export const CUSTOM_GROUP_PRIORITY = 1_000;

/** `groupPriorityMinimum` of the group's APIService. */
export function groupPriority(group: string): number {
  return GROUP_PRIORITIES.get(group) ?? CUSTOM_GROUP_PRIORITY;
}

/** For sorting groups as `/apis` lists them. */
export function compareGroups(a: string, b: string): number {
  return groupPriority(b) - groupPriority(a) || (a < b ? -1 : a > b ? 1 : 0);
}

/**
 * Kubernetes' version order: `v10`, `v2`, `v1`, `v11beta2`, `v10beta3`, `v3alpha1`, then other names by
 * letter.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [rankOf(a), rankOf(b)];
  for (let i = 0; i < 3; i++) {
    const order = (right[i] ?? 0) - (left[i] ?? 0);
    if (order !== 0) return order;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Stability (3 stable, 2 beta, 1 alpha, 0 other), major, minor. */
function rankOf(version: string): readonly number[] {
  const match = /^v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?$/.exec(version);
  if (match === null) return [0, 0, 0];
  const [, major = "0", stability, minor = "0"] = match;
  return [stability === undefined ? 3 : stability === "beta" ? 2 : 1, Number(major), Number(minor)];
}
