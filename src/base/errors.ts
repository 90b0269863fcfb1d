/**
 * Assertions and the abort error. Each folder has one error class of its own with a closed `code` union;
 * those extend `CodedError`.
 */

/** An error that callers tell apart by `code`, never by text. */
export class CodedError<Code extends string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** Thrown by `assert`: a programmer's mistake, never a user's. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** Stays on in production; keep `condition` cheap. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** For `switch` over a closed union: the compiler proves that this is never reached. */
export function unreachable(value: never): never {
  throw new AssertionError(`Unexpected value ${JSON.stringify(value)}`);
}

/** The error's text for a log line or a status message, with its causes, as far as it does not end with theirs. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause === undefined) return error.message;
  const cause = messageOf(error.cause);
  return error.message.endsWith(cause) ? error.message : `${error.message}: ${cause}`;
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
