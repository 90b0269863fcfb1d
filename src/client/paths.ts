/**
 * How calls are spelled: URL paths and queries of the Kubernetes API, and the error for an answer that is a
 * refusal. Pure.
 */
import { type StatusBody, StatusError, type StatusReason } from "#api";
import type { ListOptions, ObjectKey, ResourceRef, WatchOptions, WriteOptions } from "./client.ts";
import type { ApiRequest, ApiResponse } from "./transport.ts";

type Named = Pick<ResourceRef, "group" | "version" | "plural" | "namespaced">;

/** `/api/v1/namespaces/a/pods` or `/apis/apps/v1/deployments`; without a namespace, all of them. */
export function collectionPath(resource: Named, namespace: string | undefined): string {
  const root =
    resource.group === "" ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const scope = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${root}${scope}/${resource.plural}`;
}

/** `/api/v1/namespaces/a/pods/web-0/status`. */
export function objectPath(resource: Named, key: ObjectKey, subresource?: string): string {
  const path = `${collectionPath(resource, key.namespace)}/${encodeURIComponent(key.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** `path?a=1&b=x`, leaving out what is undefined. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parts.push(`${name}=${encodeURIComponent(String(value))}`);
  }
  return parts.length === 0 ? path : `${path}?${parts.join("&")}`;
}

export function listQuery(options: ListOptions): Record<string, string | number | boolean | undefined> {
  return {
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
    limit: options.limit,
    continue: options.continue,
    resourceVersion: options.resourceVersion,
    resourceVersionMatch: options.resourceVersionMatch,
  };
}

export function watchQuery(options: WatchOptions): Record<string, string | number | boolean | undefined> {
  return {
    watch: true,
    ...listQuery(options),
    allowWatchBookmarks: options.allowWatchBookmarks,
    sendInitialEvents: options.sendInitialEvents,
    timeoutSeconds: options.timeoutSeconds,
  };
}

export function writeQuery(
  options: WriteOptions & { readonly force?: boolean },
  fieldManager: string,
): Record<string, string | number | boolean | undefined> {
  return {
    dryRun: options.dryRun === true ? "All" : undefined,
    fieldManager: options.fieldManager ?? fieldManager,
    fieldValidation: options.fieldValidation,
    force: options.force,
  };
}

/** The error for an answer of 400 or more; a proxy's plain text becomes an InternalError or what its code says. */
export function refusal(request: ApiRequest, response: ApiResponse): StatusError {
  const body = response.body;
  if (isStatusBody(body)) return StatusError.fromStatus(body);
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const seconds = Number(response.headers["retry-after"]);
  const details = Number.isFinite(seconds) && seconds > 0 ? { retryAfterSeconds: seconds } : undefined;
  const message = `Cannot ${request.method} ${request.path}: status ${response.status}: ${text.slice(0, 500)}`;
  return new StatusError(response.status, REASONS.get(response.status) ?? "InternalError", message, details);
}

const REASONS = new Map<number, StatusReason>([
  [400, "BadRequest"],
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "NotFound"],
  [405, "MethodNotAllowed"],
  [409, "Conflict"],
  [410, "Gone"],
  [429, "TooManyRequests"],
  [503, "ServiceUnavailable"],
  [504, "Timeout"],
]);

function isStatusBody(body: unknown): body is StatusBody {
  if (typeof body !== "object" || body === null) return false;
  return (
    (body as { kind?: unknown }).kind === "Status" && typeof (body as { code?: unknown }).code === "number"
  );
}
