/** Validation of the annotations of nodes that mean something: old forms of taints, and of pods to keep away. */
import { at, type FieldErrors } from "../../field-errors.ts";
import type { Taint } from "./taint.ts";
import { validateTaints } from "./taint-validation.ts";

const taintsKey = "scheduler.alpha.kubernetes.io/taints";
const avoidKey = "scheduler.alpha.kubernetes.io/preferAvoidPods";
const path = "metadata.annotations";

type Avoided = {
  readonly podSignature?: { readonly podController?: { readonly controller?: boolean } | null } | null;
} | null;

export function validateNodeAnnotations(
  annotations: Readonly<Record<string, string>>,
  errors: FieldErrors,
): void {
  const { [taintsKey]: taints, [avoidKey]: avoid } = annotations;
  if (taints) {
    const parsed = parsedBy<readonly Partial<Taint>[]>(taints, areTaints);
    if (parsed === undefined) errors.invalid(path, taintsKey, "is no list of taints");
    else validateTaints(parsed.map(complete), at(path, taintsKey), errors);
  }
  if (avoid) {
    const parsed = parsedBy<{ readonly preferAvoidPods?: readonly Avoided[] | null }>(avoid, isAvoidance);
    if (parsed === undefined) errors.invalid(at(path, "AvoidPods"), avoidKey, "is no list of pods to avoid");
    else validateAvoided(parsed.preferAvoidPods ?? [], errors);
  }
}

function validateAvoided(entries: readonly Avoided[], errors: FieldErrors): void {
  for (const [i, entry] of entries.entries()) {
    const signature = at(at(at(path, avoidKey), i), "PodSignature");
    const controller = entry?.podSignature?.podController;
    if (!controller) errors.required(signature);
    else if (controller.controller !== true)
      errors.invalid(at(signature, "PodController.Controller"), false, "must point to a controller");
  }
}

function complete({ key = "", effect = "" as Taint["effect"], ...rest }: Partial<Taint>): Taint {
  return { key, effect, ...rest };
}

/** Undefined when the text is no JSON, or not of the shape. */
function parsedBy<T>(text: string, fits: (value: unknown) => boolean): T | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return fits(value) ? (value as T) : undefined;
  } catch {
    return undefined; // The caller says what it should have been.
  }
}

function areTaints(value: unknown): boolean {
  const areTexts = (taint: unknown): boolean =>
    isObject(taint) &&
    [taint["key"], taint["value"], taint["effect"]].every((one) => typeof (one ?? "") === "string");
  return Array.isArray(value) && value.every(areTexts);
}

function isAvoidance(value: unknown): boolean {
  return isObject(value) && Array.isArray(value["preferAvoidPods"] ?? []);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
