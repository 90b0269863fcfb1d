/** Failures of running containerd and loading images. */
import { CodedError } from "#base";

export type ContainerdErrorCode =
  /** A program, a plug-in or a capability of the machine is not there. */
  | "missing"
  /** It ended or does not answer. */
  | "failed"
  /** The archive holds no image that can be loaded. */
  | "bad-archive";

export class ContainerdError extends CodedError<ContainerdErrorCode> {}
