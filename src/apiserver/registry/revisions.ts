/** Revisions as clients send them back: to wait for, to read at, and inside continue tokens. */
import { StatusError, badRequest, expired } from "#api";
import { type Revision, type Snapshot, StoreError } from "#store";
import { FUTURE_REVISION_WAIT_MS } from "../limits.ts";
import type { Registry } from "./registry.ts";

const TOO_LARGE = "ResourceVersionTooLarge";
const TOKEN_VERSION = "meta.k8s.io/v1";
/** In a token: go on at the newest revision, whatever it is by then. */
const NEWEST = -1;

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

/** History no longer has what comes after `revision`. */
export function expiredAt(revision: Revision): StatusError {
  return expired(`too old resource version: ${revision}`);
}

/** Where a page begins. */
export interface Position {
  /** Undefined: the newest. */
  readonly revision: Revision | undefined;
  /** Key below the resource's prefix from which to go on. */
  readonly start: string;
}

export function encodeContinue({ revision, start }: Position): string {
  return Buffer.from(JSON.stringify({ v: TOKEN_VERSION, rv: revision ?? NEWEST, start })).toString(
    "base64url",
  );
}

/** Throws 400 for a token that is not ours. */
export function decodeContinue(token: string): Position {
  if (!/^[\w-]+$/.test(token)) throw badRequest("invalid continue token: it is not base64url");
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
  } catch {
    throw badRequest("invalid continue token: it does not hold JSON");
  }
  const { v, rv, start } = (parsed ?? {}) as { v?: unknown; rv?: unknown; start?: unknown };
  const isKnown = v === TOKEN_VERSION && Number.isSafeInteger(rv) && rv !== 0;
  if (!isKnown || typeof start !== "string" || !isCleanPath(start)) {
    throw badRequest("invalid continue token: it was not issued by this server");
  }
  return { revision: (rv as number) > 0 ? (rv as Revision) : undefined, start };
}

/** A start must not climb out of the resource's own keys. */
function isCleanPath(start: string): boolean {
  const parts = start.replace(/^\//, "").split("/");
  return !parts.some((part) => part === "" || part === ".." || part === ".");
}

/** A snapshot at `revision`; 410 when history no longer has it, for a page with a token that goes on anyway. */
export async function snapshotAt(registry: Registry, revision: Revision, start?: string): Promise<Snapshot> {
  try {
    return await registry.store.snapshotAt(revision);
  } catch (error) {
    if (error instanceof StoreError && error.code === "future")
      throw tooLarge(revision, registry.store.revision);
    if (!(error instanceof StoreError) || error.code !== "compacted") throw error;
    const since = `history begins at ${registry.store.compactedRevision}`;
    if (start === undefined) throw expired(`The resourceVersion ${revision} is too old: ${since}`);
    throw expired(
      `The continue token is of revision ${revision}, and ${since}. Begin again without it, or go on with the ` +
        "token of this answer at the newest revision, where objects have changed since the first page",
      encodeContinue({ revision: undefined, start }),
    );
  }
}
