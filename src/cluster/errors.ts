/** What can go wrong around a cluster, each with what the user can do about it. */
import { CodedError } from "#base";

export type ClusterErrorCode =
  | "already-running"
  | "not-running"
  | "bad-option"
  | "address-in-use"
  | "no-permission"
  | "no-real-node"
  | "start-failed"
  | "store-failed"
  | "stop-failed";

/** A failure that the user can mend: `message` says what and why, `remedy` what to do next. */
export class ClusterError extends CodedError<ClusterErrorCode> {
  readonly remedy: string;

  constructor(code: ClusterErrorCode, message: string, remedy: string, options?: ErrorOptions) {
    super(code, message, options);
    this.remedy = remedy;
  }
}
