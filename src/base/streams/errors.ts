/** Failures of byte streams and of the protocols over them. */
import { CodedError } from "../errors.ts";

export type StreamErrorCode =
  /** The other end reads or writes no more. */
  | "closed"
  /** What came is not of the protocol. */
  | "protocol";

export class StreamError extends CodedError<StreamErrorCode> {}
