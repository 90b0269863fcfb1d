/**
 * What is worth a warning in a pod or a template: it works today, and not as its author thinks, or not for
 * long.
 */
import type { PodSpec } from "../../types/core/mod.ts";

const deprecatedNodeLabels: Readonly<Record<string, string>> = {
  "beta.kubernetes.io/arch": 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  "beta.kubernetes.io/instance-type":
    'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  "beta.kubernetes.io/os": 'deprecated since v1.14; use "kubernetes.io/os" instead',
  "failure-domain.beta.kubernetes.io/region":
    'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  "failure-domain.beta.kubernetes.io/zone":
    'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  "failure-domain.kubernetes.io/region":
    'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  "failure-domain.kubernetes.io/zone": 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
};

/** Deprecated node labels, doubled variables, secrets without a name. `path` is that of the spec. */
export function podSpecWarnings(spec: PodSpec, path: string): readonly string[] {
  const found: string[] = [];
  for (const key of Object.keys(spec.nodeSelector ?? {})) {
    const why = deprecatedNodeLabels[key];
    if (why !== undefined) found.push(`${path}.nodeSelector[${key}]: ${why}`);
  }
  for (const [i, secret] of (spec.imagePullSecrets ?? []).entries()) {
    if (!secret.name) found.push(`${path}.imagePullSecrets[${i}].name: invalid empty name ""`);
  }
  for (const list of ["initContainers", "containers"] as const) {
    for (const [i, container] of (spec[list] ?? []).entries()) {
      const seen = new Set<string>();
      for (const [j, variable] of (container.env ?? []).entries()) {
        if (seen.has(variable.name)) {
          const where = `${path}.${list}[${i}].env[${j}]`;
          const why = "which may be dropped when using apply";
          found.push(`${where}: hides previous definition of "${variable.name}", ${why}`);
        }
        seen.add(variable.name);
      }
    }
  }
  return found;
}
