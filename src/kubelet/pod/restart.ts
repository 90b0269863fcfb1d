/**
 * Whether a container that has ended starts again: its own rules by exit code first, then its own policy,
 * then the pod's (KEP-5307, KEP-5532).
 */
import type { Pod } from "#api";
import type { PodContainer } from "./containers.ts";

export type RestartDecision = "no" | "container" | "all-containers";

/** What follows from an end with `exitCode`. */
export function afterExit(pod: Pod, container: PodContainer, exitCode: number): RestartDecision {
  const { spec, role } = container;
  if (role === "ephemeral") return "no";
  for (const rule of spec.restartPolicyRules ?? []) {
    const values = rule.exitCodes?.values ?? [];
    const matched = values.includes(exitCode) === (rule.exitCodes?.operator !== "NotIn");
    if (matched) return rule.action === "RestartAllContainers" ? "all-containers" : "container";
  }
  const policy = spec.restartPolicy ?? pod.spec.restartPolicy ?? "Always";
  // An init container that succeeded is done under every policy but its own Always.
  const done = exitCode === 0 && (policy === "OnFailure" || role === "init");
  return policy === "Never" || done ? "no" : "container";
}
