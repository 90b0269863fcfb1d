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
  /** When the next try is due; default: after the worker's usual wait. */
  readonly retryAtMs: number | undefined;

  constructor(
    code: StartErrorCode,
    message: string,
    options: ErrorOptions & { readonly retryAtMs?: number } = {},
  ) {
    super(code, message, options);
    this.retryAtMs = options.retryAtMs;
  }
}
