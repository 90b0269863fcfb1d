/** What two of the subresources of a pod may change: its ephemeral containers, and its resources. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { sameField, sameOf } from "../../same-of.ts";
import { Container, EphemeralContainer } from "./container.ts";
import { type Pod, PodSpec } from "./pod.ts";
import { mirrorAnnotation } from "./pod-annotation-validation.ts";
import { qosClass } from "./pod-qos.ts";
import { validateContent } from "./pod-validation.ts";
import { ResourceRequirements } from "./resources.ts";

export function validateEphemeralContainersUpdate(pod: Pod, old: Pod, errors: FieldErrors): void {
  if (old.metadata.annotations?.[mirrorAnnotation] !== undefined)
    return errors.forbidden("", "static pods do not support ephemeral containers");
  const path = "spec.ephemeralContainers";
  const now = new Map((pod.spec.ephemeralContainers ?? []).map((one) => [one.name, one]));
  validateContent(pod, old, errors);
  for (const before of old.spec.ephemeralContainers ?? []) {
    const after = now.get(before.name);
    if (after === undefined)
      errors.forbidden(
        path,
        `existing ephemeral containers ${JSON.stringify(before.name)} may not be removed`,
      );
    else if (!sameOf(EphemeralContainer, after, before))
      errors.forbidden(
        path,
        `existing ephemeral containers ${JSON.stringify(before.name)} may not be changed`,
      );
  }
}

const resizable = ["cpu", "memory"];

/**
 * In-place resize: cpu and memory, without a change of the pod's quality of service. What would not work at all is
 * refused before anything else is, and containers in another order before their resources are.
 */
export function validateResize(pod: Pod, old: Pod, errors: FieldErrors): void {
  if (old.metadata.annotations?.[mirrorAnnotation] !== undefined)
    return errors.forbidden("", "static pods cannot be resized");
  if (old.spec.os?.name === "windows") return errors.forbidden("", "windows pods cannot be resized");
  validateContent(pod, old, errors);
  if (qosClass(pod.spec) !== (old.status.qosClass ?? qosClass(old.spec)))
    errors.invalid("spec", qosClass(pod.spec), "Pod QOS Class may not change as a result of resizing");
  const running = (old.status.containerStatuses ?? []).find((one) => one.state?.running !== undefined);
  if (running !== undefined && running.resources === undefined)
    errors.forbidden("spec", "Pod running on node without support for resize");
  validatePodResources(pod.spec, old.spec, errors);
  if (!validateOrder(pod.spec, old.spec, errors)) return;
  for (const list of ["initContainers", "containers"] as const) {
    for (const [i, before] of (old.spec[list] ?? []).entries()) {
      const container = pod.spec[list]?.[i];
      if (container !== undefined) validateResizedContainer(container, before, list, i, errors);
    }
  }
  if (errors.empty && !hasAmounts(pod.spec, old.spec) && !sameField(PodSpec, "resources", pod.spec, old.spec))
    errors.forbidden("spec", "only cpu and memory resources are mutable");
}

/** Of the pod as a whole, now or before. */
function hasAmounts(spec: PodSpec, old: PodSpec): boolean {
  return [spec.resources, old.resources].some(
    (one) => Object.keys({ ...one?.requests, ...one?.limits }).length > 0,
  );
}

/** Those of the pod as a whole. */
function validatePodResources(spec: PodSpec, old: PodSpec, errors: FieldErrors): void {
  const [now, before] = [spec.resources, old.resources];
  if (!hasAmounts(spec, old)) return;
  const path = "spec.resources";
  if (before !== undefined && now === undefined)
    return errors.forbidden(path, "pod-level resources cannot be removed");
  validateRemoval(now, before, path, errors, "pod-level ");
  if (!sameOf(ResourceRequirements, fixedAmounts(now), fixedAmounts(before)))
    errors.forbidden("spec", "only cpu and memory resources are mutable at pod-level");
}

/** True when all containers are in their places. */
function validateOrder(spec: PodSpec, old: PodSpec, errors: FieldErrors): boolean {
  let ordered = true;
  for (const list of ["containers", "initContainers"] as const) {
    const [now, before] = [spec[list] ?? [], old[list] ?? []];
    const path = at("spec", list);
    if (now.length !== before.length) {
      errors.forbidden(path, `${list} may not be added or removed on resize`);
      ordered = false;
    } else {
      for (const [i, { name }] of before.entries()) {
        if (now[i]?.name === name) continue;
        errors.forbidden(at(at(path, i), "name"), `${list} may not be renamed or reordered on resize`);
        ordered = false;
      }
    }
  }
  return ordered;
}

function validateResizedContainer(
  container: Container,
  before: Container,
  list: "containers" | "initContainers",
  index: number,
  errors: FieldErrors,
): void {
  const path = at(at("spec", list), index);
  validateRemoval(container.resources, before.resources, at(path, "resources"), errors);
  // Upstream reports containers on the spec, and init containers on themselves.
  const reportedAt = list === "containers" ? "spec" : path;
  // What a container has of claims goes through this door neither out nor in.
  const { claims: _, ...amounts } = fixedAmounts(container.resources);
  const fixed = { ...container, resources: amounts };
  if (!sameOf(Container, fixed, { ...before, resources: fixedAmounts(before.resources) }))
    errors.forbidden(
      reportedAt,
      `only cpu and memory resources ${list === "containers" ? "" : "for init or sidecar containers "}are mutable`,
    );
  const isInit = list === "initContainers" && container.restartPolicy !== "Always";
  if (!isInit || sameOf(Container, container, before)) return;
  for (const { restartPolicy } of container.resizePolicy ?? [])
    if (restartPolicy === "RestartContainer")
      errors.forbidden(
        path,
        "non-sidecar init containers with a resize policy of RestartContainer cannot be resized",
      );
}

/** What is asked for can be changed, but not taken away. */
function validateRemoval(
  now: ResourceRequirements | undefined,
  before: ResourceRequirements | undefined,
  path: string,
  errors: FieldErrors,
  which: "pod-level " | "" = "",
): void {
  for (const kind of ["requests", "limits"] as const) {
    const amounts = now?.[kind] ?? {};
    if (Object.keys(before?.[kind] ?? {}).some((name) => !Object.hasOwn(amounts, name)))
      errors.forbidden(at(path, kind), `${which}resource ${kind} cannot be removed`);
  }
}

/** Without what a resize changes. */
function fixedAmounts({ requests, limits, ...others }: ResourceRequirements = {}): ResourceRequirements {
  const rest = (amounts: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(Object.entries(amounts).filter(([name]) => !resizable.includes(name)));
  return { ...others, requests: rest(requests), limits: rest(limits) };
}
