/** Failed CRI calls as the kubelet's `RuntimeError`. */
import { RpcError, type RpcErrorCode } from "#base/rpc";
import { RuntimeError, type RuntimeErrorCode } from "../errors.ts";

const codes: Partial<Readonly<Record<RpcErrorCode, RuntimeErrorCode>>> = {
  "not-found": "not-found",
  "already-exists": "already-exists",
  "failed-precondition": "failed-precondition",
  "invalid-argument": "invalid-argument",
  "deadline-exceeded": "timeout",
  unavailable: "unavailable",
};

/** The runtime's own words; what is no failed call (an abort) stays as it is. */
export function asRuntimeError(error: unknown): unknown {
  if (!(error instanceof RpcError)) return error;
  return new RuntimeError(runtimeCodeOf(error), error.message);
}

/** For what users read in events: with the status code before the words, as Go's clients print it. */
export function asToldError(error: unknown, code: (error: RpcError) => RuntimeErrorCode): unknown {
  if (!(error instanceof RpcError)) return error;
  const text = `rpc error: code = ${codeName(error.code)} desc = ${error.message}`;
  return new RuntimeError(code(error), text);
}

/** The code of any failure but a pull's. */
export function runtimeCodeOf(error: RpcError): RuntimeErrorCode {
  return codes[error.code] ?? "failed";
}

/** `NotFound`. */
function codeName(code: RpcErrorCode): string {
  if (code === "cancelled") return "Canceled";
  return code.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
