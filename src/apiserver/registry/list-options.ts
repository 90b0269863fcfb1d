/**
 * The options of lists and watches, read from the query once: numbers and booleans as upstream reads them,
 * then its rules for which options go together (422, kind ListOptions).
 */
import { FieldErrors, badRequest, invalid } from "#api";
import type { Revision } from "#store";
import { isTrue } from "../request-info.ts";

export interface ListOptions {
  /** Undefined when none was named; 0 is "any". */
  readonly revision: Revision | undefined;
  readonly match: "" | "Exact" | "NotOlderThan";
  /** 0: none. */
  readonly limit: number;
  /** `""`: the first page. */
  readonly continueToken: string;
  /** Undefined when the client left it open and no default applies. */
  readonly sendInitialEvents: boolean | undefined;
  readonly allowWatchBookmarks: boolean;
  /** 0: the server chooses. */
  readonly timeoutSeconds: number;
}

const MAX_UINT64 = 2n ** 64n - 1n;

/** Throws 400 for what cannot be read and 422 for what does not go together. */
export function listOptions(query: URLSearchParams): ListOptions {
  const isWatch = isTrue(query.get("watch"));
  const version = query.get("resourceVersion") ?? "";
  const match = query.get("resourceVersionMatch") ?? "";
  const initial = query.get("sendInitialEvents");
  const numbers = { limit: integer(query, "limit"), timeoutSeconds: integer(query, "timeoutSeconds") };
  const continueToken = query.get("continue") ?? "";
  // A watch that names no point in history gets the state first, as if it had asked for it.
  const isLegacy = isWatch && initial === null && match === "" && (requestedRevision(version) ?? 0) === 0;
  const errors = isWatch
    ? watchErrors(isLegacy ? "NotOlderThan" : match, isLegacy || initial !== null, continueToken)
    : listErrors(match, initial !== null, version, continueToken);
  if (!errors.empty) throw invalid({ group: "meta.k8s.io", kind: "ListOptions" }, "", errors);
  const revision = requestedRevision(version);
  if (continueToken !== "" && (revision ?? 0) > 0)
    throw badRequest("specifying resource version is not allowed when using continue");
  return {
    revision,
    match: match as ListOptions["match"],
    continueToken,
    sendInitialEvents: isLegacy ? true : initial === null ? undefined : isTrue(initial),
    allowWatchBookmarks: isTrue(query.get("allowWatchBookmarks")),
    ...numbers,
  };
}

/** Undefined when the client named none. Throws 400 for anything but an unsigned integer of 64 bits. */
export function requestedRevision(text: string | null): Revision | undefined {
  if (text === null || text === "") return undefined;
  if (!/^[0-9]+$/.test(text) || BigInt(text) > MAX_UINT64)
    throw badRequest(`invalid resource version ${JSON.stringify(text)}: it is not an unsigned integer`);
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER) as Revision;
}

function integer(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? "";
  if (text !== "" && !/^[-+]?[0-9]+$/.test(text))
    throw badRequest(`${name} ${JSON.stringify(text)} is not an integer`);
  return Math.max(0, Number(text));
}

function listErrors(match: string, hasInitial: boolean, version: string, token: string): FieldErrors {
  const errors = new FieldErrors();
  if (match !== "") {
    if (version === "")
      errors.forbidden("resourceVersionMatch", "is forbidden unless resourceVersion is provided");
    if (token !== "") errors.forbidden("resourceVersionMatch", "is forbidden when continue is provided");
    if (match !== "Exact" && match !== "NotOlderThan")
      errors.notSupported("resourceVersionMatch", match, ["Exact", "NotOlderThan", ""]);
    if (match === "Exact" && version === "0")
      errors.forbidden("resourceVersionMatch", 'Exact is forbidden for resourceVersion "0"');
  }
  if (hasInitial) errors.forbidden("sendInitialEvents", "is forbidden for list");
  return errors;
}

function watchErrors(match: string, hasInitial: boolean, token: string): FieldErrors {
  const errors = new FieldErrors();
  if (hasInitial && match !== "NotOlderThan")
    errors.forbidden("resourceVersionMatch", "must be NotOlderThan when sendInitialEvents is set");
  if (match === "") return errors;
  if (!hasInitial)
    errors.forbidden("resourceVersionMatch", "is forbidden for watch unless sendInitialEvents is provided");
  if (match !== "NotOlderThan") errors.notSupported("resourceVersionMatch", match, ["NotOlderThan"]);
  if (token !== "") errors.forbidden("resourceVersionMatch", "is forbidden when continue is provided");
  return errors;
}
