/** Validation of the annotations of pods and templates that mean something: old forms of fields, mirrors, and costs. */
import { at, atKey, type FieldErrors } from "../../field-errors.ts";
import { relativePath } from "../../names/file-path.ts";
import type { PodSpec } from "./pod.ts";
import type { Toleration } from "./taint.ts";
import { validateTolerations } from "./taint-validation.ts";

/** Of a pod that shows in the API what a node runs by a manifest of its own. */
export const mirrorAnnotation = "kubernetes.io/config.mirror";
const tolerationsAnnotation = "scheduler.alpha.kubernetes.io/tolerations";
const deletionCost = "controller.kubernetes.io/pod-deletion-cost";
const seccompPod = "seccomp.security.alpha.kubernetes.io/pod";
const seccompContainer = "container.seccomp.security.alpha.kubernetes.io/";
const appArmor = "container.apparmor.security.beta.kubernetes.io/";
const seccompProfiles = ["runtime/default", "docker/default", "unconfined"];
const appArmorProfiles = ["", "runtime/default", "unconfined"];
const localProfile = "localhost/";
const maxCost = 2 ** 31 - 1;

type Annotations = Readonly<Record<string, string>>;

/** `path` is that of the annotations. A cost that was no number before may stay none. */
export function validatePodAnnotations(
  annotations: Annotations = {},
  spec: PodSpec,
  path: string,
  errors: FieldErrors,
  old: Annotations = {},
): void {
  const mirror = annotations[mirrorAnnotation];
  if (mirror !== undefined && !spec.nodeName)
    errors.invalid(
      atKey(path, mirrorAnnotation),
      mirror,
      "must set spec.nodeName if mirror pod annotation is set",
    );
  const tolerations = annotations[tolerationsAnnotation];
  if (tolerations) validateOldTolerations(tolerations, path, errors);
  const cost = annotations[deletionCost];
  if (!isCost(cost) && isCost(old[deletionCost]))
    errors.invalid(atKey(path, deletionCost), cost, "must be a 32bit integer");
  for (const [key, value] of Object.entries(annotations)) {
    if (key === seccompPod || key.startsWith(seccompContainer)) validateSeccomp(value, at(path, key), errors);
    if (key.startsWith(appArmor)) validateAppArmor(key, value, spec, atKey(path, key), errors);
  }
}

function isCost(text: string | undefined): boolean {
  if (text === undefined) return true;
  return (
    /^(0|-?[0-9]+)$/.test(text) &&
    !/^0./.test(text) &&
    Number(text) >= -maxCost - 1 &&
    Number(text) <= maxCost
  );
}

function validateOldTolerations(text: string, path: string, errors: FieldErrors): void {
  try {
    const tolerations = JSON.parse(text) as Toleration[] | null;
    validateTolerations(tolerations ?? [], at(path, tolerationsAnnotation), errors);
  } catch {
    errors.invalid(path, tolerationsAnnotation, "must be a list of tolerations in JSON"); // no more to say
  }
}

function validateSeccomp(profile: string, path: string, errors: FieldErrors): void {
  if (seccompProfiles.includes(profile)) return;
  if (!profile.startsWith(localProfile))
    return errors.invalid(path, profile, "must be a valid seccomp profile");
  const file = profile.slice(localProfile.length);
  errors.invalidEach(path, file, relativePath(file));
}

function validateAppArmor(
  key: string,
  profile: string,
  spec: PodSpec,
  path: string,
  errors: FieldErrors,
): void {
  const name = key.slice(appArmor.length);
  const all = [
    ...(spec.containers ?? []),
    ...(spec.initContainers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ];
  if (!all.some((container) => container.name === name)) errors.invalid(path, name, "container not found");
  if (!appArmorProfiles.includes(profile) && !profile.startsWith(localProfile))
    errors.invalid(path, profile, "invalid AppArmor profile name");
}

/** Whether a pod is a mirror, and which profiles its containers have, is decided once. */
export function validateAnnotationChanges(
  now: Annotations = {},
  before: Annotations = {},
  path: string,
  errors: FieldErrors,
): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(now)])) {
    if (key !== mirrorAnnotation && !key.startsWith(appArmor)) continue;
    if (now[key] === before[key]) continue;
    const what = key === mirrorAnnotation ? "mirror pod annotation" : "AppArmor annotations";
    const verb = Object.hasOwn(before, key) ? "remove or update" : "add";
    errors.forbidden(atKey(path, key), `may not ${verb} ${what}`);
  }
}
