/** Failures of a container runtime, by the cases that the kubelet tells apart. */
import { CodedError } from "#base";

export type RuntimeErrorCode =
  /** No such sandbox, container. */
  | "not-found"
  | "already-exists"
  /** The call does not fit the state, as exec in a container that has ended. */
  | "failed-precondition"
  | "invalid-argument"
  | "timeout"
  /** The runtime cannot be reached. */
  | "unavailable"
  /** The registry knows no such image, or refuses it. */
  | "image-not-found"
  | "registry-unavailable"
  | "pull-failed"
  /** Anything else that the runtime reports. */
  | "failed";

export class RuntimeError extends CodedError<RuntimeErrorCode> {}
