/**
 * What can go wrong before or around an API call. Refusals by the server are `StatusError`s (from `#api`); these
 * are the client's own. `notSent` promises that the server never saw the request, so any verb may be retried.
 */
import { StatusError } from "#api";
import { CodedError } from "#base";

export type ClientErrorCode = "unreachable" | "not-sent" | "bad-answer" | "not-leading" | "bad-kubeconfig";

/**
 * - `unreachable`: the link broke; the server may or may not have acted.
 * - `not-sent`: the connection could not be made; the server has not acted.
 * - `bad-answer`: the server sent what is no API answer.
 * - `not-leading`: the caller lost its lease; nothing was sent.
 * - `bad-kubeconfig`: a configuration file cannot be used; the message says what to change.
 */
export class ClientError extends CodedError<ClientErrorCode> {}

/** True when the API server could not be reached, whether or not it acted. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof ClientError && (error.code === "unreachable" || error.code === "not-sent");
}

/** What the server or the way to it did, and not a mistake of the program: to be waited out. */
export function isFromOutside(error: unknown): boolean {
  return error instanceof StatusError || error instanceof ClientError;
}
