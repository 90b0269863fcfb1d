/** One rule of the pod security standards, and what all rules look at. Source: KEP-2579. */
import type { ObjectMeta } from "../types/meta/object-meta.ts";
import type { Container, EphemeralContainer, PodSpec } from "../types/core/mod.ts";

/** A pod, or the template of one. */
export interface CheckedPod {
  readonly metadata: ObjectMeta;
  readonly spec: PodSpec;
}

/** Any kind of container. */
export type AnyContainer = Container | EphemeralContainer;

/** What is wrong: `privileged`, and where (`container "c" must not set ...`). */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

/** Undefined when nothing is wrong. */
export type PodCheck = (pod: CheckedPod) => Violation | undefined;

/** A rule with its place in the standards. */
export interface PodRule {
  readonly level: "baseline" | "restricted";
  /** The minor of the first version that has it. */
  readonly since: number;
  /** The minor of the first version that has it no more. Default: all have it. */
  readonly until?: number;
  /** The rule of the baseline that it takes the place of. */
  readonly replaces?: PodRule;
  readonly check: PodCheck;
}

/** Not for pods with users of their own: their root is nobody on the node. Source: KEP-127. */
export const unlessOwnUsers =
  (check: PodCheck): PodCheck =>
  (pod) =>
    pod.spec.hostUsers === false ? undefined : check(pod);

export function containersOf({ spec }: CheckedPod): readonly AnyContainer[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
}

/** `container "a"`, `containers "a", "b"` */
export function named(what: string, names: readonly string[]): string {
  return `${what}${names.length === 1 ? "" : "s"} ${names.map((name) => JSON.stringify(name)).join(", ")}`;
}

/** Names of the containers for which it holds. */
export function containersWhere(
  pod: CheckedPod,
  holds: (container: AnyContainer) => boolean,
): readonly string[] {
  return containersOf(pod)
    .filter(holds)
    .map(({ name }) => name);
}

/** `container "a" must not set ...`, after the pod itself where it is at fault; empty when nobody is. */
export function faults(setting: string, containers: readonly string[], ofPod = false): readonly string[] {
  return [
    ...(ofPod ? [`pod ${setting}`] : []),
    ...(containers.length > 0 ? [`${named("container", containers)} ${setting}`] : []),
  ];
}

/** A violation, unless there is nothing to tell. */
export function violation(reason: string, details: readonly string[]): Violation | undefined {
  return details.length === 0 ? undefined : { reason, detail: details.join("; ") };
}
