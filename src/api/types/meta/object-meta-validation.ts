/**
 * Validation of `metadata`, on create and on update, for every kind (apimachinery's ObjectMeta validation).
 * Kinds differ in what names may be, and in whether finalizers without a domain are looked at.
 */
import { at, atKey, type FieldErrors } from "../../field-errors.ts";
import { byteLength, type NameCheck } from "../../names/check.ts";
import { labelName, pathSegmentName } from "../../names/object-name.ts";
import { labelValue, qualifiedName } from "../../names/qualified-name.ts";
import type { ObjectMeta, OwnerReference } from "./object-meta.ts";

/** All annotations of an object together, keys and values. */
const maxAnnotationBytes = 256 * 1024;

/** Finalizers without a domain that the API knows. */
const bareFinalizers: ReadonlySet<string> = new Set(["kubernetes", "orphan", "foregroundDeletion"]);

export interface ObjectMetaRules {
  readonly namespaced: boolean;
  /** What the kind's names may be; absent: any path segment. */
  readonly name?: NameCheck;
  /** Bare finalizers are not looked at. */
  readonly anyFinalizer: boolean;
}

export function validateObjectMeta(
  meta: ObjectMeta,
  path: string,
  errors: FieldErrors,
  rules: ObjectMetaRules,
): void {
  const check = rules.name ?? pathSegmentName;
  if (meta.generateName)
    errors.invalidEach(at(path, "generateName"), meta.generateName, check(meta.generateName, true));
  if (meta.name) errors.invalidEach(at(path, "name"), meta.name, check(meta.name, false));
  else errors.required(at(path, "name"), "name or generateName is required");
  validateNamespace(meta.namespace ?? "", at(path, "namespace"), errors, rules.namespaced);
  if ((meta.generation ?? 0) < 0)
    errors.invalid(at(path, "generation"), meta.generation, "must not be negative");
  validateLabels(meta.labels, at(path, "labels"), errors);
  validateAnnotations(meta.annotations, at(path, "annotations"), errors);
  validateOwnerReferences(meta.ownerReferences ?? [], at(path, "ownerReferences"), errors);
  validateFinalizers(meta.finalizers ?? [], at(path, "finalizers"), errors);
  if (!rules.anyFinalizer) validateBareFinalizers(meta.finalizers ?? [], at(path, "finalizers"), errors);
}

function validateNamespace(namespace: string, path: string, errors: FieldErrors, namespaced: boolean): void {
  if (!namespaced) {
    if (namespace !== "") errors.forbidden(path, "not allowed on this type");
  } else if (namespace === "") errors.required(path);
  else errors.invalidEach(path, namespace, labelName(namespace, false));
}

/** Keys and values of a label map; every complaint is on the map itself. */
export function validateLabels(
  labels: Readonly<Record<string, string>> | undefined,
  path: string,
  errors: FieldErrors,
): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    errors.invalidEach(path, key, qualifiedName(key));
    errors.invalidEach(path, value, labelValue(value));
  }
}

export function validateAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  path: string,
  errors: FieldErrors,
): void {
  let total = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    errors.invalidEach(path, key, qualifiedName(key.toLowerCase()));
    total += byteLength(key) + byteLength(value);
  }
  if (total > maxAnnotationBytes) errors.tooLong(path, maxAnnotationBytes);
}

function validateOwnerReferences(owners: readonly OwnerReference[], path: string, errors: FieldErrors): void {
  let controller: string | undefined;
  for (const owner of owners) {
    validateOwnerReference(owner, path, errors);
    if (owner.controller !== true) continue;
    if (controller !== undefined) {
      errors.invalid(path, owner.name, `only one owner may be the controller: "${controller}" is another`);
    }
    controller = owner.name;
  }
}

/** Upstream reports each owner's fields on the list's path, without an index. */
function validateOwnerReference(owner: OwnerReference, path: string, errors: FieldErrors): void {
  const version = owner.apiVersion.split("/").at(-1) ?? "";
  if (version === "") errors.invalid(at(path, "apiVersion"), owner.apiVersion, "version must not be empty");
  if (owner.kind === "") errors.invalid(at(path, "kind"), owner.kind, "must not be empty");
  if (owner.name === "") errors.invalid(at(path, "name"), owner.name, "must not be empty");
  if (owner.uid === "") errors.invalid(at(path, "uid"), owner.uid, "must not be empty");
  if (owner.apiVersion === "v1" && owner.kind === "Event") {
    errors.invalid(path, owner.name, "an Event may not be an owner");
  }
}

function validateFinalizers(finalizers: readonly string[], path: string, errors: FieldErrors): void {
  for (const finalizer of finalizers) errors.invalidEach(path, finalizer, qualifiedName(finalizer));
  if (finalizers.includes("orphan") && finalizers.includes("foregroundDeletion")) {
    errors.invalid(path, finalizers, "orphan and foregroundDeletion exclude each other");
  }
}

function validateBareFinalizers(finalizers: readonly string[], path: string, errors: FieldErrors): void {
  finalizers.forEach((finalizer, i) => {
    if (finalizer.includes("/") || bareFinalizers.has(finalizer)) return;
    errors.invalid(at(path, i), finalizer, "must have a domain and '/', or be one that Kubernetes defines");
  });
}

/** A change of `metadata`, and what stands in it after. */
export function validateObjectMetaUpdate(
  meta: ObjectMeta,
  old: ObjectMeta,
  path: string,
  errors: FieldErrors,
  rules: ObjectMetaRules,
): void {
  validateObjectMetaChange(meta, old, path, errors);
  validateLabels(meta.labels, at(path, "labels"), errors);
  validateAnnotations(meta.annotations, at(path, "annotations"), errors);
  validateOwnerReferences(meta.ownerReferences ?? [], at(path, "ownerReferences"), errors);
  if (!rules.anyFinalizer) validateBareFinalizers(meta.finalizers ?? [], at(path, "finalizers"), errors);
}

/** What of `metadata` may never change, and what an object that is being deleted may no longer get. */
export function validateObjectMetaChange(
  meta: ObjectMeta,
  old: ObjectMeta,
  path: string,
  errors: FieldErrors,
): void {
  if (old.deletionTimestamp) forbidNewFinalizers(meta, old, at(path, "finalizers"), errors);
  if (old.generation !== undefined && (meta.generation ?? 0) < old.generation) {
    errors.invalid(at(path, "generation"), meta.generation ?? 0, "must not be decremented");
  }
  for (const field of immutableFields) {
    if ((meta[field] ?? "") !== (old[field] ?? "")) {
      errors.invalid(at(path, field), meta[field] ?? null, "field is immutable");
    }
  }
}

const immutableFields = [
  "name",
  "namespace",
  "uid",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
] as const;

function forbidNewFinalizers(meta: ObjectMeta, old: ObjectMeta, path: string, errors: FieldErrors): void {
  const before = new Set(old.finalizers);
  const added = (meta.finalizers ?? []).filter((finalizer) => !before.has(finalizer));
  if (added.length > 0) {
    const names = [...new Set(added)]
      .sort()
      .map((name) => JSON.stringify(name))
      .join(", ");
    errors.forbidden(
      path,
      `no new finalizers can be added if the object is being deleted, found new finalizers []string{${names}}`,
    );
  }
}

/** `metadata.annotations[a]`-style path of one annotation. */
export function annotationPath(path: string, key: string): string {
  return atKey(at(path, "annotations"), key);
}
