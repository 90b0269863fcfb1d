/** Failures of calls over gRPC: the status codes of the protocol, spelled as our codes are. */
import { CodedError } from "../errors.ts";

/** In the order of the protocol's numbers, from 1. */
export const rpcCodes = [
  "cancelled",
  "unknown",
  "invalid-argument",
  "deadline-exceeded",
  "not-found",
  "already-exists",
  "permission-denied",
  "resource-exhausted",
  "failed-precondition",
  "aborted",
  "out-of-range",
  "unimplemented",
  "internal",
  "unavailable",
  "data-loss",
  "unauthenticated",
] as const;

export type RpcErrorCode = (typeof rpcCodes)[number];

/** The message is what the server said. */
export class RpcError extends CodedError<RpcErrorCode> {}
