/** Managed fields: who owns which field, and server-side apply. The door re-exports by name. */
export {
  type ApplyPatchOptions,
  type ApplyPatchResult,
  applyConflict,
  applyPatch,
} from "./apply-patch.ts";
export type { FieldConflict } from "./conflict.ts";
export { ManagedFieldsError, type ManagedFieldsErrorCode } from "./errors.ts";
export { EMPTY as NO_FIELDS, type FieldSet } from "./field-set.ts";
export { type OtherVersion, setOfFields, type VersionedType } from "./ownership.ts";
export { entriesText, parseEntries } from "./stored-entries.ts";
export { parentManagedFields, type ScaledObject, scaleManagedFields } from "./scale.ts";
export { type TrackUpdateOptions, trackUpdate } from "./track-update.ts";
