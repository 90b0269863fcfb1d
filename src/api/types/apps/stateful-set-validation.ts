/** Validation of stateful sets: the template is read with the claims' volumes in place. */
import { at, FieldErrors } from "../../field-errors.ts";
import { dnsLabel } from "../../names/dns.ts";
import { sameField } from "../../same-of.ts";
import { validateClaimSpec } from "../core/persistent-volume-claim-validation.ts";
import type { PodTemplateSpec } from "../core/pod.ts";
import { validatePodTemplate, validateSelectedTemplate } from "../core/pod-template-validation.ts";
import { validateCollisions, validateCounts } from "../meta/count-validation.ts";
import { validateAnnotations, validateLabels } from "../meta/object-meta-validation.ts";
import { type StatefulSet, StatefulSetSpec } from "./stateful-set.ts";

const retentions = ["Delete", "Retain"];

export function validateStatefulSet({ spec }: StatefulSet, errors: FieldErrors): void {
  // One that is there may keep a name that is none.
  if (spec.serviceName) errors.invalidEach("spec.serviceName", spec.serviceName, dnsLabel(spec.serviceName));
  for (const [i, claim] of (spec.volumeClaimTemplates ?? []).entries()) {
    validateClaimSpec(claim.spec, at(at("spec.volumeClaimTemplates", i), "spec"), errors);
  }
  validateSpec(spec, errors);
}

/** A template that takes the place of an unsound one may be unsound too. */
function validateSpec(spec: StatefulSetSpec, errors: FieldErrors, old?: StatefulSetSpec): void {
  validateWords(spec, errors);
  validateCounts(spec, ["replicas", "minReadySeconds", "revisionHistoryLimit"], "spec", errors);
  if (spec.ordinals !== undefined) validateCounts(spec.ordinals, ["start"], "spec.ordinals", errors);
  // Upstream looks at these on their own, and again with the whole template.
  validateLabels(spec.template.metadata?.labels, "spec.template.labels", errors);
  validateAnnotations(spec.template.metadata?.annotations, "spec.template.annotations", errors);
  validateSelectedTemplate(spec.selector, withClaims(spec), "spec", errors, {
    unread: old !== undefined && !isSound(withClaims(old)),
  });
}

function isSound(template: PodTemplateSpec): boolean {
  const errors = new FieldErrors();
  validatePodTemplate(template, "", errors);
  return errors.empty;
}

function validateWords(spec: StatefulSetSpec, errors: FieldErrors): void {
  const { podManagementPolicy = "", updateStrategy, persistentVolumeClaimRetentionPolicy: retention } = spec;
  const { type = "", rollingUpdate } = updateStrategy;
  if (podManagementPolicy === "") errors.required("spec.podManagementPolicy");
  else if (podManagementPolicy !== "OrderedReady" && podManagementPolicy !== "Parallel") {
    errors.invalid("spec.podManagementPolicy", podManagementPolicy, "must be 'OrderedReady' or 'Parallel'");
  }
  if (type === "") errors.required("spec.updateStrategy");
  else if (type === "OnDelete") {
    if (rollingUpdate !== undefined)
      errors.invalid(
        "spec.updateStrategy.rollingUpdate",
        rollingUpdate,
        "only allowed for updateStrategy 'RollingUpdate'",
      );
  } else if (type !== "RollingUpdate") {
    errors.invalid("spec.updateStrategy", type, "must be 'RollingUpdate' or 'OnDelete'");
  } else if (rollingUpdate !== undefined) {
    validateCounts(rollingUpdate, ["partition"], "spec.updateStrategy.rollingUpdate", errors);
  }
  for (const when of ["whenDeleted", "whenScaled"] as const) {
    const value = retention?.[when] ?? "Retain";
    if (!retentions.includes(value)) {
      errors.notSupported(at("spec.persistentVolumeClaimRetentionPolicy", when), value, retentions);
    }
  }
}

/**
 * As the controller will make the pods: each claim is a volume of its name, in the place of one that has it.
 */
function withClaims({ template, volumeClaimTemplates = [] }: StatefulSetSpec): PodTemplateSpec {
  if (volumeClaimTemplates.length === 0) return template;
  const claims = volumeClaimTemplates.map(({ metadata }) => metadata.name ?? "");
  const own = (template.spec.volumes ?? []).filter((volume) => !claims.includes(volume.name));
  const volumes = claims.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  return { ...template, spec: { ...template.spec, volumes: [...own, ...volumes] } };
}

const mutable = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
] as const;
const frozen = ["selector", "serviceName", "podManagementPolicy", "volumeClaimTemplates"] as const;

export function validateStatefulSetUpdate(set: StatefulSet, old: StatefulSet, errors: FieldErrors): void {
  validateSpec(set.spec, errors, old.spec);
  if (frozen.every((name) => sameField(StatefulSetSpec, name, set.spec, old.spec))) return;
  const names = mutable.map((name) => `'${name}'`);
  const listed = `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  errors.forbidden("spec", `updates to statefulset spec for fields other than ${listed} are forbidden`);
}

const counts = [
  "replicas",
  "readyReplicas",
  "currentReplicas",
  "updatedReplicas",
  "availableReplicas",
  "observedGeneration",
  "collisionCount",
] as const;

export function validateStatefulSetStatus(
  { status }: StatefulSet,
  old: StatefulSet,
  errors: FieldErrors,
): void {
  validateCounts(status, counts, "status", errors);
  validateCollisions(status, old.status, errors);
  for (const field of ["readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"] as const) {
    const value = status[field] ?? 0;
    if (value > (status.replicas ?? 0))
      errors.invalid(at("status", field), value, "cannot be greater than status.replicas");
  }
  if ((status.availableReplicas ?? 0) > (status.readyReplicas ?? 0)) {
    errors.invalid(
      "status.availableReplicas",
      status.availableReplicas,
      "cannot be greater than status.readyReplicas",
    );
  }
}
