/**
 * `StatusError` is the only error that crosses HTTP: a `Status` object of the API (meta/v1) with upstream's codes
 * and reasons. Each constructor function here is one refusal of upstream's apimachinery `errors` package.
 */
import type { FieldErrors } from "./field-errors.ts";

export type StatusReason =
  | "AlreadyExists"
  | "BadRequest"
  | "Conflict"
  | "Expired"
  | "Forbidden"
  | "Gone"
  | "InternalError"
  | "Invalid"
  | "MethodNotAllowed"
  | "NotAcceptable"
  | "NotFound"
  | "RequestEntityTooLarge"
  | "ServerTimeout"
  | "ServiceUnavailable"
  | "StoreReadError"
  | "Timeout"
  | "TooManyRequests"
  | "Unauthorized"
  | "UnsupportedMediaType"
  | "";

/** One cause: for a 422 a field error, for an apply conflict a field and its manager. */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** Of what the status speaks; `kind` is the plural resource, or the kind for 422. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** The wire object. */
export interface StatusBody {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
  readonly status: "Success" | "Failure";
  readonly message?: string;
  readonly reason?: StatusReason;
  readonly details?: StatusDetails;
  readonly code: number;
}

/** Names a resource in messages: `deployments.apps "web"`. */
export interface ResourceName {
  readonly group: string;
  readonly plural: string;
}

/** A refusal as an exception; `toStatus()` is its wire object. */
export class StatusError extends Error {
  override readonly name = "StatusError";
  readonly code: number;
  readonly reason: StatusReason;
  readonly details: StatusDetails | undefined;
  /** A fresh continue token, for an expired list (410). */
  readonly continueToken: string | undefined;

  constructor(
    code: number,
    reason: StatusReason,
    message: string,
    details?: StatusDetails,
    more: { readonly continueToken?: string; readonly cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.continueToken = more.continueToken;
  }

  toStatus(): StatusBody {
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: this.continueToken === undefined ? {} : { continue: this.continueToken },
      status: "Failure",
      message: this.message,
      ...(this.reason === "" ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }

  static fromStatus(body: StatusBody): StatusError {
    const token = body.metadata?.continue;
    const more = token === undefined || token === "" ? {} : { continueToken: token };
    return new StatusError(body.code, body.reason ?? "", body.message ?? "", body.details, more);
  }
}

/** True when `error` is a status with that reason. */
export function isStatus(error: unknown, reason: StatusReason): error is StatusError {
  return error instanceof StatusError && error.reason === reason;
}

function qualified(resource: ResourceName): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}

function detailsOf(resource: ResourceName, name: string): StatusDetails {
  return {
    ...(name === "" ? {} : { name }),
    ...(resource.group === "" ? {} : { group: resource.group }),
    kind: resource.plural,
  };
}

/** 404 for an object. */
export function notFound(resource: ResourceName, name: string): StatusError {
  return new StatusError(
    404,
    "NotFound",
    `${qualified(resource)} "${name}" not found`,
    detailsOf(resource, name),
  );
}

/** An unknown path: upstream answers with an empty details object. */
export function unknownPath(): StatusError {
  return new StatusError(404, "NotFound", "the server could not find the requested resource", {});
}

/** 409 for a create of a name that is taken. */
export function alreadyExists(resource: ResourceName, name: string): StatusError {
  return new StatusError(
    409,
    "AlreadyExists",
    `${qualified(resource)} "${name}" already exists`,
    detailsOf(resource, name),
  );
}

/** 409 for a stale resourceVersion, a failed precondition or an apply conflict (with causes). */
export function conflict(
  resource: ResourceName,
  name: string,
  detail: string,
  causes?: readonly StatusCause[],
): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${detail}`;
  return new StatusError(409, "Conflict", message, {
    ...detailsOf(resource, name),
    ...(causes === undefined ? {} : { causes }),
  });
}

/** 403 from admission; the authorizer words its own. */
export function forbidden(resource: ResourceName, name: string, detail: string): StatusError {
  const what = name === "" ? qualified(resource) : `${qualified(resource)} "${name}"`;
  return new StatusError(403, "Forbidden", `${what} is forbidden: ${detail}`, detailsOf(resource, name));
}

/** 401: credentials were given and are not valid. */
export function unauthorized(): StatusError {
  return new StatusError(401, "Unauthorized", "Unauthorized");
}

/** 400 for anything that cannot be read. */
export function badRequest(message: string): StatusError {
  return new StatusError(400, "BadRequest", message);
}

/** 422 with one cause for each field error. `kind` and `group` are of the object, not the resource. */
export function invalid(
  kind: { readonly group: string; readonly kind: string },
  name: string,
  errors: FieldErrors,
): StatusError {
  const texts = errors.list.map((error) => error.message);
  const text = texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
  const qualifiedKind = kind.group === "" ? kind.kind : `${kind.kind}.${kind.group}`;
  return new StatusError(422, "Invalid", `${qualifiedKind} "${name}" is invalid: ${text}`, {
    ...(name === "" ? {} : { name }),
    ...(kind.group === "" ? {} : { group: kind.group }),
    kind: kind.kind,
    causes: errors.list.map((error) => ({
      reason: error.reason,
      message: error.message.slice(error.field.length + 2),
      field: error.field,
    })),
  });
}

/** 405 for a verb that the resource does not have. */
export function methodNotAllowed(): StatusError {
  return new StatusError(
    405,
    "MethodNotAllowed",
    "the server does not allow this method on the requested resource",
    {},
  );
}

/** 406 when no media type of Accept is served. */
export function notAcceptable(supported: readonly string[]): StatusError {
  const message = `only the following media types are accepted: ${supported.join(", ")}`;
  return new StatusError(406, "NotAcceptable", message);
}

/** 415 for a body in an unknown encoding or patch type. */
export function unsupportedMediaType(supported: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${supported.join(", ")}`;
  return new StatusError(415, "UnsupportedMediaType", message);
}

/** 413; the limit is in bytes. */
export function tooLarge(limitBytes: number): StatusError {
  return new StatusError(413, "RequestEntityTooLarge", `Request entity too large: limit is ${limitBytes}`);
}

/** 410 for a revision that history no longer has. */
export function expired(message: string, continueToken?: string): StatusError {
  return new StatusError(
    410,
    "Expired",
    message,
    undefined,
    continueToken === undefined ? {} : { continueToken },
  );
}

/** 504 for a request that the server gave up. */
export function timeout(message: string, retryAfterSeconds: number): StatusError {
  return new StatusError(504, "Timeout", message, { retryAfterSeconds });
}

/** 429, from fairness or an eviction that a budget refuses. 0 seconds: nobody knows when it may be tried again. */
export function tooManyRequests(
  message: string,
  retryAfterSeconds: number,
  causes?: readonly StatusCause[],
): StatusError {
  return new StatusError(429, "TooManyRequests", message, {
    ...(causes === undefined ? {} : { causes }),
    ...(retryAfterSeconds === 0 ? {} : { retryAfterSeconds }),
  });
}

/** 503 while starting, stopping or without a store. */
export function unavailable(message: string): StatusError {
  return new StatusError(503, "ServiceUnavailable", message);
}

/** 500: a mistake of ours; the cause goes to the log. */
export function internal(message: string, cause?: unknown): StatusError {
  return new StatusError(
    500,
    "InternalError",
    `Internal error occurred: ${message}`,
    { causes: [{ message }] },
    { cause },
  );
}
