/**
 * The error of this folder, and the refusals that upstream's patch handler makes of it.
 *
 * | code           | meaning                                          | status                     |
 * |----------------|--------------------------------------------------|----------------------------|
 * | `malformed`    | the patch is no patch of its kind                | 400 BadRequest             |
 * | `unapplicable` | the patch does not fit the object, or a test failed | 422 Invalid             |
 * | `tooLarge`     | too many operations                              | 413 RequestEntityTooLarge  |
 */
import { CodedError } from "#base";
import { badRequest, StatusError } from "../status.ts";

export type PatchErrorCode = "malformed" | "unapplicable" | "tooLarge";

/** `toStatusError()` is the answer to the client. */
export class PatchError extends CodedError<PatchErrorCode> {
  toStatusError(): StatusError {
    switch (this.code) {
      case "malformed":
        return badRequest(this.message);
      case "unapplicable":
        return new StatusError(422, "Invalid", this.message, {}, { cause: this });
      case "tooLarge":
        return new StatusError(413, "RequestEntityTooLarge", this.message, {}, { cause: this });
    }
  }
}

/** The patch is no patch of its kind. */
export function malformed(message: string): PatchError {
  return new PatchError("malformed", message);
}

/** The patch does not fit the object. */
export function unapplicable(message: string): PatchError {
  return new PatchError("unapplicable", message);
}
