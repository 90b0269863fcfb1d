/** The error of this folder: a selector text or object that cannot be used. */
import { CodedError } from "#base";

/** `syntax`: the text does not parse. `invalid`: it parses, but a key, value or operator is not allowed. */
export type SelectorErrorCode = "syntax" | "invalid";

/** Its message is fit for a 400 (`Unable to parse selector "a in": ...`). */
export class SelectorError extends CodedError<SelectorErrorCode> {}
