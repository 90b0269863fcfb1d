/** Errors of this folder. */
import { CodedError } from "../errors.ts";

/**
 * `malformed`: not a certificate or key. `missingKey`: a certificate authority without its private key.
 * `expired`: an authority that is past its time.
 */
export type PkiErrorCode = "malformed" | "missingKey" | "expired";

export class PkiError extends CodedError<PkiErrorCode> {}
