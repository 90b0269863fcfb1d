/** Validation of claims, on their own and as templates inside pods and stateful sets. */
import { same } from "../../equal.ts";
import { at, atKey, type FieldErrors } from "../../field-errors.ts";
import { subdomainName } from "../../names/object-name.ts";
import { Quantity } from "../../quantity.ts";
import { validateLabelSelector } from "../../selectors/label-selector-validation.ts";
import { validateAnnotations, validateLabels } from "../meta/object-meta-validation.ts";
import type {
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimTemplate,
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

export function validateClaim({ spec }: PersistentVolumeClaim, errors: FieldErrors): void {
  validateClaimSpec(spec, "spec", errors);
}

/** A claim keeps its spec but for the volume it gets, more storage once bound, and its attributes class. */
export function validateClaimUpdate(
  claim: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
  errors: FieldErrors,
): void {
  validateClaim(claim, errors);
  const [now, before] = [claim.spec, old.spec];
  const frozen = (spec: PersistentVolumeClaimSpec) => {
    const { resources, volumeAttributesClassName: _, volumeName, ...rest } = spec;
    const { storage: __, ...requests } = resources?.requests ?? {};
    return {
      ...rest,
      resources: { ...resources, requests },
      volumeName: before.volumeName ? volumeName : undefined,
    };
  };
  const isClassGiven = !before.storageClassName && now.storageClassName !== undefined;
  if (
    !same(
      frozen({ ...now, ...(isClassGiven ? { storageClassName: before.storageClassName ?? "" } : {}) }),
      frozen(before),
    )
  ) {
    errors.forbidden(
      "spec",
      "is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
    );
  }
  const [wanted, had] = [now.resources?.requests?.storage ?? "0", before.resources?.requests?.storage ?? "0"];
  const order = Quantity.parse(wanted).compare(Quantity.parse(had));
  if (order < 0 && Quantity.parse(wanted).compare(Quantity.parse(old.status.capacity?.storage ?? had)) <= 0) {
    errors.forbidden("spec.resources.requests.storage", "field can not be less than status.capacity");
  }
  if (order > 0 && old.status.phase !== "Bound") {
    errors.forbidden("spec", "only a bound claim can be resized");
  }
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
