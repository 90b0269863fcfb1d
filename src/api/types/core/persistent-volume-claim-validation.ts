/** Validation of claims, on their own and as templates inside pods and stateful sets. */
import { at, atKey, type FieldErrors } from "../../field-errors.ts";
import { subdomainName } from "../../names/object-name.ts";
import { qualifiedName } from "../../names/qualified-name.ts";
import { Quantity } from "../../quantity.ts";
import { sameField, sameOf } from "../../same-of.ts";
import { validateLabelSelector } from "../../selectors/label-selector-validation.ts";
import { validateAnnotations, validateLabels } from "../meta/object-meta-validation.ts";
import { validateResourceAmount } from "./resources-validation.ts";
import {
  type PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
  type PersistentVolumeClaimTemplate,
} from "./persistent-volume-claim.ts";

export const accessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const volumeModes = ["Block", "Filesystem"];

export function validateAccessModes(modes: readonly string[], path: string, errors: FieldErrors): void {
  for (const mode of modes) if (!accessModes.includes(mode)) errors.notSupported(path, mode, accessModes);
  if (
    modes.includes("ReadWriteOncePod") &&
    modes.some((mode) => mode !== "ReadWriteOncePod" && accessModes.includes(mode))
  ) {
    errors.forbidden(path, "may not use ReadWriteOncePod with other access modes");
  }
}

export function validateClaimSpec(spec: PersistentVolumeClaimSpec, path: string, errors: FieldErrors): void {
  const modes = spec.accessModes ?? [];
  if (modes.length === 0) errors.required(at(path, "accessModes"), "at least 1 access mode is required");
  validateLabelSelector(spec.selector, at(path, "selector"), errors);
  validateAccessModes(modes, at(path, "accessModes"), errors);
  validateStorage(spec.resources?.requests?.storage, atKey(at(path, "resources"), "storage"), errors);
  const className = spec.storageClassName ?? "";
  if (className !== "") {
    errors.invalidEach(at(path, "storageClassName"), className, subdomainName(className, false));
  }
  if (spec.volumeMode !== undefined && !volumeModes.includes(spec.volumeMode)) {
    errors.notSupported(at(path, "volumeMode"), spec.volumeMode, volumeModes);
  }
  validateDataSource(spec.dataSource, at(path, "dataSource"), errors);
  validateDataSource(spec.dataSourceRef, at(path, "dataSourceRef"), errors);
  if (spec.dataSource && spec.dataSourceRef && !isSameSource(spec.dataSource, spec.dataSourceRef))
    errors.invalid(path, at(path, "dataSource"), "must match dataSourceRef");
  const attributes = spec.volumeAttributesClassName ?? "";
  if (attributes !== "") {
    errors.invalidEach(at(path, "volumeAttributesClassName"), attributes, subdomainName(attributes, false));
  }
}

function validateStorage(storage: string | undefined, path: string, errors: FieldErrors): void {
  if (storage === undefined) return errors.required(path);
  if (Quantity.parse(storage).sign <= 0) errors.invalid(path, storage, "must be greater than zero");
}

interface Source {
  readonly apiGroup?: string | null;
  readonly kind: string;
  readonly name: string;
}

function validateDataSource(source: Source | undefined, path: string, errors: FieldErrors): void {
  if (source === undefined) return;
  if (source.name === "") errors.required(at(path, "name"));
  if (source.kind === "") errors.required(at(path, "kind"));
  const group = source.apiGroup ?? "";
  if (group === "" && source.kind !== "PersistentVolumeClaim") {
    errors.invalid(
      path,
      source.kind,
      "must be 'PersistentVolumeClaim' when referencing the default apiGroup",
    );
  }
  if (group !== "") errors.invalidEach(at(path, "apiGroup"), group, subdomainName(group, false));
}

function isSameSource(one: Source, other: Source): boolean {
  return (
    one.kind === other.kind && one.name === other.name && (one.apiGroup ?? null) === (other.apiGroup ?? null)
  );
}

export function validateClaim({ spec }: PersistentVolumeClaim, errors: FieldErrors): void {
  validateClaimSpec(spec, "spec", errors);
}

const classAnnotation = "volume.beta.kubernetes.io/storage-class";

/**
 * A claim keeps its spec but for the volume and the class that it gets once, and when it is bound more storage and
 * another attributes class.
 */
export function validateClaimUpdate(
  claim: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
  errors: FieldErrors,
): void {
  validateClaim(claim, errors);
  const [now, before] = [claim.spec, old.spec];
  if (!sameOf(PersistentVolumeClaimSpec, fixedPart(claim, old, errors), before)) {
    errors.forbidden(
      "spec",
      "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
    );
  }
  validateShrinking(claim, old, errors);
  if (now.volumeMode !== before.volumeMode)
    errors.invalid("volumeMode", now.volumeMode ?? null, "field is immutable");
  const isApplied = old.status.currentVolumeAttributesClassName !== undefined;
  if (
    isApplied &&
    !now.volumeAttributesClassName &&
    !sameField(PersistentVolumeClaimSpec, "volumeAttributesClassName", now, before)
  )
    errors.forbidden("spec.volumeAttributesClassName", "may not be taken away once one is applied");
}

/** What a claim asks for, with what it may change put back; the class is also an annotation, from before it was a field. */
function fixedPart(
  { metadata, spec, status }: PersistentVolumeClaim,
  { metadata: { annotations: had }, spec: before }: PersistentVolumeClaim,
  errors: FieldErrors,
): unknown {
  const fixed: { [K in keyof PersistentVolumeClaimSpec]?: unknown } = { ...spec };
  if (!before.volumeName) delete fixed.volumeName;
  const [annotation, old] = [metadata.annotations?.[classAnnotation], had?.[classAnnotation]];
  const isNamed = before.storageClassName === undefined && spec.storageClassName !== undefined;
  if (isNamed && (old === undefined || old === spec.storageClassName)) delete fixed.storageClassName;
  const isMoved = isNamed && old === spec.storageClassName && annotation === undefined;
  if (!isMoved && (annotation ?? "") !== (old ?? ""))
    errors.invalid(at("metadata.annotations", classAnnotation), annotation ?? "", "field is immutable");
  if (status.phase !== "Bound") return fixed;
  const { storage } = before.resources?.requests ?? {};
  const requests = { ...spec.resources?.requests, ...(storage === undefined ? {} : { storage }) };
  return {
    ...fixed,
    resources: { ...spec.resources, requests },
    volumeAttributesClassName: before.volumeAttributesClassName,
  };
}

/** Storage that was asked for in vain can be given up, but not below what is there. */
function validateShrinking(
  claim: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
  errors: FieldErrors,
): void {
  const [wanted, had, has] = [
    claim.spec.resources?.requests?.storage,
    old.spec.resources?.requests?.storage,
    old.status.capacity?.storage,
  ].map((text) => Quantity.parse(text ?? "0"));
  if (wanted === undefined || had === undefined || has === undefined || wanted.compare(had) >= 0) return;
  if (wanted.compare(has) <= 0)
    errors.forbidden("spec.resources.requests.storage", "field can not be less than status.capacity");
}

const resizeStates = [
  "ControllerResizeInProgress",
  "ControllerResizeInfeasible",
  "NodeResizeInProgress",
  "NodeResizeInfeasible",
  "NodeResizePending",
];

export function validateClaimStatus(
  { status }: PersistentVolumeClaim,
  _old: PersistentVolumeClaim,
  errors: FieldErrors,
): void {
  for (const [name, amount] of Object.entries(status.capacity ?? {})) {
    if (amount.startsWith("-"))
      errors.invalid(atKey("status.capacity", name), amount, "must be a valid resource quantity");
  }
  const states = "status.allocatedResourceStatuses";
  for (const [name, state] of Object.entries(status.allocatedResourceStatuses ?? {})) {
    validateResourceKey(name, states, errors);
    if (!resizeStates.includes(state)) errors.notSupported(states, name, resizeStates);
  }
  const allocated = "status.allocatedResources";
  for (const [name, amount] of Object.entries(status.allocatedResources ?? {})) {
    if (!validateResourceKey(name, allocated, errors)) continue;
    if (amount.startsWith("-"))
      errors.invalid(atKey(allocated, name), amount, "must be a valid resource quantity");
    else validateResourceAmount("storage", amount, atKey(allocated, name), errors);
  }
}

/** Of the names without a domain only `storage` is one. False when the name is none. */
function validateResourceKey(name: string, path: string, errors: FieldErrors): boolean {
  const complaints = qualifiedName(name);
  errors.invalidEach(path, name, complaints);
  if (complaints.length > 0) return false;
  const isNative = !name.includes("/") || name.includes("kubernetes.io/");
  if (isNative && name !== "storage") errors.notSupported(path, name, ["storage"]);
  return !isNative || name === "storage";
}

/** Of an ephemeral volume: only labels and annotations of the metadata are carried over. */
export function validateClaimTemplate(
  template: PersistentVolumeClaimTemplate,
  path: string,
  errors: FieldErrors,
): void {
  const meta = at(path, "metadata");
  const { annotations, labels, ...others } = template.metadata ?? {};
  validateAnnotations(annotations, at(meta, "annotations"), errors);
  validateLabels(labels, at(meta, "labels"), errors);
  if (Object.keys(others).length > 0)
    errors.forbidden(meta, "cannot be set except for annotations and labels");
  validateClaimSpec(template.spec, at(path, "spec"), errors);
}
