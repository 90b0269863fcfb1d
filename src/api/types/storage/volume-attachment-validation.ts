/** Validation of volume attachments, whose spec never changes. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { byteLength } from "../../names/check.ts";
import { dnsSubdomain } from "../../names/dns.ts";
import { sameOf } from "../../same-of.ts";
import { validatePersistentVolumeSpec } from "../core/persistent-volume-validation.ts";
import { validateDriverName } from "../core/volume-validation.ts";
import { type VolumeAttachment, VolumeAttachmentSpec } from "./volume-attachment.ts";

const maxMetadataBytes = 256 * 1024;
const maxMessageBytes = 1024;

export function validateVolumeAttachment(attachment: VolumeAttachment, errors: FieldErrors): void {
  const { attacher, source } = attachment.spec;
  validateSpec(attachment, errors);
  if (attacher !== "") validateDriverName(attacher, "spec.attacher", errors);
  const { persistentVolumeName: name } = source;
  if (name !== undefined) errors.invalidEach("spec.source.persistentVolumeName", name, dnsSubdomain(name));
}

/** What attachments of older versions of the API are held to as well. */
function validateSpec({ spec }: VolumeAttachment, errors: FieldErrors): void {
  const { source } = spec;
  if (spec.attacher === "") errors.required("spec.attacher");
  errors.invalidEach("spec.nodeName", spec.nodeName, dnsSubdomain(spec.nodeName));
  const { inlineVolumeSpec: inline, persistentVolumeName: name } = source;
  if (inline === undefined && name === undefined)
    errors.required("spec.source", "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
  else if (inline !== undefined && name !== undefined) {
    errors.forbidden("spec.source", "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
  } else if (name !== undefined) {
    if (name === "")
      errors.required("spec.source.persistentVolumeName", "must specify non empty persistentVolumeName");
  } else if (inline !== undefined) {
    validatePersistentVolumeSpec(inline, at("spec.source", "inlineVolumeSpec"), errors, { inline: true });
  }
}

export function validateVolumeAttachmentUpdate(
  attachment: VolumeAttachment,
  old: VolumeAttachment,
  errors: FieldErrors,
): void {
  // Upstream's strategy looks at the whole, and so does its check of changes.
  for (const _ of [1, 2]) validateSpec(attachment, errors);
  if (!sameOf(VolumeAttachmentSpec, attachment.spec, old.spec))
    errors.invalid("spec", attachment.spec, "field is immutable");
}

export function validateVolumeAttachmentStatus({ status }: VolumeAttachment, errors: FieldErrors): void {
  const entries = Object.entries(status.attachmentMetadata ?? {});
  const sizeBytes = entries.reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value), 0);
  if (sizeBytes > maxMetadataBytes) errors.tooLong("status.attachmentMetadata", maxMetadataBytes);
  for (const field of ["attachError", "detachError"] as const) {
    const { message = "", errorCode = 0 } = status[field] ?? {};
    const path = at("status", field);
    if (byteLength(message) > maxMessageBytes) errors.tooLong(at(path, "message"), maxMessageBytes);
    if (errorCode < 0) errors.invalid(at(path, "errorCode"), errorCode, "must not be negative");
  }
}
