/** `resourceVersion` parameters and continue tokens: positions in history, as clients send them back. */
import { FieldErrors, StatusError, badRequest, expired, invalid } from "#api";
import { type Revision, type Snapshot, StoreError } from "#store";
import { FUTURE_REVISION_WAIT_MS } from "../limits.ts";
import type { Registry } from "./registry.ts";
import type { RequestInfo } from "../request-info.ts";

const TOO_LARGE = "ResourceVersionTooLarge";
const TOKEN_VERSION = "meta.k8s.io/v1";

/** Undefined when the client named none. Throws 400 for anything but an unsigned integer. */
export function requestedRevision(text: string | null): Revision | undefined {
  if (text === null || text === "") return undefined;
  if (!/^[0-9]{1,16}$/.test(text)) throw badRequest(`invalid resource version "${text}"`);
  return Number(text) as Revision;
}

/** Resolves when the store has reached `revision`; 504 with a retry when it does not in time. */
export async function awaitRevision(
  registry: Registry,
  revision: Revision,
  signal: AbortSignal,
): Promise<void> {
  const { store, env } = registry;
  if (store.revision >= revision) return;
  const waited = new AbortController();
  const timer = env.clock.timer(FUTURE_REVISION_WAIT_MS, () => waited.abort());
  try {
    await store.settled(revision, AbortSignal.any([signal, waited.signal]));
  } catch (error) {
    if (!waited.signal.aborted) throw error;
    throw tooLarge(revision, store.revision);
  } finally {
    timer.cancel();
  }
}

function tooLarge(wanted: number, current: number): StatusError {
  const text = `Too large resource version: ${wanted}, current: ${current}`;
  const causes = [{ reason: TOO_LARGE, message: "Too large resource version" }];
  return new StatusError(504, "Timeout", `Timeout: ${text}`, { causes, retryAfterSeconds: 1 });
}

/** Where a list begins: a position from a continue token, or nothing. */
export interface Position {
  readonly revision: Revision | undefined;
  /** Key below the resource's prefix from which to go on. */
  readonly start: string;
}

export function encodeContinue(revision: Revision, start: string): string {
  return Buffer.from(JSON.stringify({ v: TOKEN_VERSION, rv: revision, start })).toString("base64url");
}

/** Throws 400 for a token that is not ours. */
export function decodeContinue(token: string): Position {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
  } catch {
    throw badRequest("continue key is not valid: it is not base64 encoded JSON");
  }
  const { v, rv, start } = (parsed ?? {}) as { v?: unknown; rv?: unknown; start?: unknown };
  if (v !== TOKEN_VERSION || typeof rv !== "number" || typeof start !== "string" || !isCleanPath(start)) {
    throw badRequest("continue key is not valid: it was not issued by this server");
  }
  return { revision: rv > 0 ? (rv as Revision) : undefined, start };
}

function isCleanPath(start: string): boolean {
  return start !== "" && !start.split("/").some((part) => part === ".." || part === ".");
}

/** Checks `resourceVersionMatch` against the other list options; upstream's rules. */
export function checkListOptions(info: RequestInfo, isWatch: boolean): void {
  const { query } = info;
  const match = query.get("resourceVersionMatch") ?? "";
  const version = query.get("resourceVersion") ?? "";
  const token = query.get("continue") ?? "";
  const errors = new FieldErrors();
  const initial = query.get("sendInitialEvents");
  if (initial !== null && !isWatch) errors.forbidden("sendInitialEvents", "is forbidden for list");
  if (isWatch) {
    if (initial !== null && match === "")
      errors.forbidden("resourceVersionMatch", "must be set when sendInitialEvents is");
    if (match !== "" && initial === null)
      errors.forbidden("resourceVersionMatch", "is forbidden for watch unless sendInitialEvents is set");
    if (initial !== null && match !== "" && match !== "NotOlderThan")
      errors.notSupported("resourceVersionMatch", match, ["NotOlderThan"]);
  } else if (match !== "") {
    if (!["Exact", "NotOlderThan"].includes(match))
      errors.notSupported("resourceVersionMatch", match, ["Exact", "NotOlderThan", ""]);
    if (version === "")
      errors.forbidden("resourceVersionMatch", "is forbidden unless resourceVersion is provided");
    if (token !== "") errors.forbidden("resourceVersionMatch", "is forbidden when continue is provided");
    if (match === "Exact" && version === "0")
      errors.forbidden("resourceVersionMatch", 'Exact is forbidden for resourceVersion "0"');
  }
  if (!errors.empty) throw invalid({ group: "meta.k8s.io", kind: "ListOptions" }, "", errors);
  if (token !== "" && version !== "" && version !== "0") {
    throw badRequest("specifying resource version is not allowed when using continue");
  }
}

/** A snapshot at `revision`; 410 with a fresh token when history no longer has it. */
export async function snapshotAt(registry: Registry, revision: Revision, start: string): Promise<Snapshot> {
  try {
    return await registry.store.snapshotAt(revision);
  } catch (error) {
    if (error instanceof StoreError && error.code === "future")
      throw tooLarge(revision, registry.store.revision);
    if (!(error instanceof StoreError) || error.code !== "compacted") throw error;
    const fresh = start === "" ? undefined : encodeContinue(0 as Revision, start);
    throw expired(
      `The resourceVersion ${revision} is too old: history begins at ${registry.store.compactedRevision}`,
      fresh,
    );
  }
}
