/**
 * Levels of the pod security standards, as the labels of a namespace name them, and whether a pod keeps to one.
 *
 *   pod-security.kubernetes.io/enforce: baseline
 *   pod-security.kubernetes.io/enforce-version: v1.36
 */
import { atKey, FieldErrors } from "../field-errors.ts";
import { baseline } from "./baseline.ts";
import type { CheckedPod, PodRule, Violation } from "./check.ts";
import { restricted } from "./restricted.ts";

export type SecurityMode = "enforce" | "audit" | "warn";

export interface LevelVersion {
  readonly level: "privileged" | "baseline" | "restricted";
  /** The minor; Infinity is the latest. */
  readonly minor: number;
}

export type SecurityPolicy = Readonly<Record<SecurityMode, LevelVersion>>;

const levels = ["privileged", "baseline", "restricted"] as const;
const prefix = "pod-security.kubernetes.io/";

/** Where nothing is configured: anything goes. */
export const openPolicy: SecurityPolicy = {
  enforce: { level: "privileged", minor: Number.POSITIVE_INFINITY },
  audit: { level: "privileged", minor: Number.POSITIVE_INFINITY },
  warn: { level: "privileged", minor: Number.POSITIVE_INFINITY },
};

/**
 * What a namespace asks for, else `defaults`, and what is wrong with its labels: an enforced level that cannot be read is
 * taken at its strictest, others at their weakest, and versions as the latest.
 */
export function policyOf(
  labels: Readonly<Record<string, string>> = {},
  defaults: SecurityPolicy = openPolicy,
): { readonly policy: SecurityPolicy; readonly errors: FieldErrors } {
  const errors = new FieldErrors();
  const read = (mode: SecurityMode): LevelVersion => {
    const [levelKey, versionKey] = [`${prefix}${mode}`, `${prefix}${mode}-version`];
    const { [levelKey]: level, [versionKey]: version } = labels;
    const weakest = mode === "enforce" ? "restricted" : "privileged";
    return {
      level:
        level === undefined
          ? defaults[mode].level
          : (readLevel(level, atKey("metadata.labels", levelKey), errors) ?? weakest),
      minor:
        version === undefined
          ? defaults[mode].minor
          : readVersion(version, atKey("metadata.labels", versionKey), errors),
    };
  };
  return { policy: { enforce: read("enforce"), audit: read("audit"), warn: read("warn") }, errors };
}

/** Undefined, and an error, when it is none. */
export function readLevel(
  text: string,
  field: string,
  errors: FieldErrors,
): LevelVersion["level"] | undefined {
  const known = levels.find((one) => one === text);
  if (known === undefined) errors.invalid(field, text, `must be one of ${levels.join(", ")}`);
  return known;
}

/** Its minor; the latest, and an error, when it is none. */
export function readVersion(text: string, field: string, errors: FieldErrors): number {
  const [, minor] = /^v1\.(0|[1-9][0-9]*)$/.exec(text) ?? [];
  if (minor === undefined && text !== "latest") errors.invalid(field, text, 'must be "latest" or "v1.x"');
  return minor === undefined ? Number.POSITIVE_INFINITY : Number(minor);
}

/** `restricted:latest` */
export function levelText({ level, minor }: LevelVersion): string {
  return `${level}:${minor === Number.POSITIVE_INFINITY ? "latest" : `v1.${minor}`}`;
}

/** Whether `a` asks for more than `b`. */
export function isStricter(a: LevelVersion, b: LevelVersion): boolean {
  return levels.indexOf(a.level) > levels.indexOf(b.level);
}

/** What a pod breaks of a level; empty when it keeps to it. */
export function violationsOf(pod: CheckedPod, { level, minor }: LevelVersion): readonly Violation[] {
  return rulesOf(level, minor).flatMap(({ check }) => check(pod) ?? []);
}

/** `privileged (container "c" must not set securityContext.privileged=true), hostPort (...)` */
export function violationText(violations: readonly Violation[]): string {
  return violations.map(({ reason, detail }) => `${reason} (${detail})`).join(", ");
}

/** `privileged, hostPort` */
export function reasonText(violations: readonly Violation[]): string {
  return violations.map(({ reason }) => reason).join(", ");
}

function rulesOf(level: LevelVersion["level"], minor: number): readonly PodRule[] {
  if (level === "privileged") return [];
  const within = ({ since, until }: PodRule): boolean =>
    since <= minor && (until === undefined || minor < until);
  const tight = level === "restricted" ? restricted.filter(within) : [];
  const replaced = new Set(tight.map(({ replaces }) => replaces));
  const base = baseline.filter((rule) => within(rule) && !replaced.has(rule));
  return [...base, ...tight];
}
