/** The error of this folder. */
import { CodedError } from "#base";

/**
 * `badRequest`: the patch names another version, or sets `metadata.managedFields` (400).
 * `untyped`: the patch does not have the form of its type; upstream answers 500 without a reason.
 */
export type ManagedFieldsErrorCode = "badRequest" | "untyped";

export class ManagedFieldsError extends CodedError<ManagedFieldsErrorCode> {}
