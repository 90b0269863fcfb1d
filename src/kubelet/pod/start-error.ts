/** Why a container could not be started. The code is the reason of its waiting state. */
import { CodedError } from "#base";

export type StartErrorCode =
  | "InvalidImageName"
  | "ImageInspectError"
  | "ErrImageNeverPull"
  | "ErrImagePull"
  | "ImagePullBackOff"
  | "RegistryUnavailable"
  | "CreateContainerConfigError"
  | "CreateContainerError"
  | "RunContainerError"
  | "PostStartHookError";

export class StartError extends CodedError<StartErrorCode> {
  /** How long the next try waits; default: the worker's usual wait. */
  readonly retryInMs: number | undefined;

  constructor(
    code: StartErrorCode,
    message: string,
    options: ErrorOptions & { readonly retryInMs?: number } = {},
  ) {
    super(code, message, options);
    this.retryInMs = options.retryInMs;
  }
}
