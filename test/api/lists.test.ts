/**
 * Lists, and how watches begin: every combination of the options against a decision list that says what upstream
 * documents ("Kubernetes API Concepts", resource versions), in virtual time.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { WatchItem } from "#apiserver";
import { type Answered, type Served, namesOf, serve } from "../../src/apiserver/served.suite.ts";
import { adminUser } from "../testing/api-server.ts";

const SECRETS = "/api/v1/namespaces/default/secrets";
const secret = (name: string, labels: Readonly<Record<string, string>> = {}): object => ({
  metadata: { name, labels },
});

/** Every combination of the named choices. */
function combinations<T extends Readonly<Record<string, readonly string[]>>>(
  choices: T,
): readonly Readonly<Record<keyof T, string>>[] {
  let rows: Record<string, string>[] = [{}];
  for (const [name, values] of Object.entries(choices))
    rows = rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value })));
  return rows as Readonly<Record<keyof T, string>>[];
}

function queryOf(parameters: Readonly<Record<string, string>>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== "");
  return given.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
}

interface History {
  readonly revision: Readonly<Record<string, string>>;
  readonly token: Readonly<Record<string, string>>;
}

/** a, b, c; `past`; d, e and a change of a; `head`. `compacted` lies before history begins. */
async function makeHistory({ admin, store }: Served): Promise<History> {
  await admin.post(SECRETS, secret("a"));
  await admin.post(SECRETS, secret("b"));
  const old = (await admin.get(`${SECRETS}?limit=1`)).body.metadata;
  await admin.post(SECRETS, secret("c"));
  const past = (await admin.get(`${SECRETS}?limit=1`)).body.metadata;
  for (const name of ["d", "e"]) await admin.post(SECRETS, secret(name));
  await admin.patch(`${SECRETS}/a`, "merge-patch+json", { metadata: { labels: { changed: "yes" } } });
  await store.compact(Number(past.resourceVersion) as typeof store.revision);
  const head = String(store.revision);
  return {
    revision: {
      "": "",
      any: "0",
      past: past.resourceVersion,
      head,
      future: "999999",
      compacted: old.resourceVersion,
      malformed: "one",
    },
    token: { "": "", valid: past.continue, expired: old.continue, malformed: "nonsense", empty: "e30" },
  };
}

interface Expected {
  readonly status: number;
  readonly names?: readonly string[];
  readonly revision?: "past" | "head";
  readonly more?: boolean;
}

type ListRow = Readonly<Record<"revision" | "match" | "limit" | "token" | "initial" | "bookmarks", string>>;

/** What a list with these options answers. */
function expectedList({ revision, match, limit, token, initial }: ListRow): Expected {
  const all = { past: ["a", "b", "c"], head: ["a", "b", "c", "d", "e"] };
  const page = (at: "past" | "head", skip = 0, isWhole = false): Expected => {
    const names = all[at].slice(skip);
    const count = limit === "2" && !isWhole ? 2 : names.length;
    return { status: 200, names: names.slice(0, count), revision: at, more: count < names.length };
  };
  if (limit === "two") return { status: 400 };
  if (initial !== "") return { status: 422 };
  const refused =
    match !== "" &&
    (match === "Newest" || revision === "" || token !== "" || (match === "Exact" && revision === "any"));
  if (refused) return { status: 422 };
  if (revision === "malformed") return { status: 400 };
  if (token !== "") {
    if (revision !== "" && revision !== "any") return { status: 400 };
    if (token === "valid") return page("past", 1);
    return { status: token === "expired" ? 410 : 400 };
  }
  if (revision === "any") return page("head", 0, true);
  if (revision === "") return page("head");
  if (revision === "future") return { status: 504 };
  const isExact = match === "Exact" || (match === "" && limit === "2");
  if (!isExact) return page("head");
  return revision === "compacted" ? { status: 410 } : page(revision === "past" ? "past" : "head");
}

test("each combination of resourceVersion, match, limit, continue, sendInitialEvents and bookmarks lists what upstream documents", () =>
  serve("list table", async (served) => {
    const { admin } = served;
    const history = await makeHistory(served);
    const rows = combinations({
      revision: Object.keys(history.revision),
      match: ["", "Exact", "NotOlderThan", "Newest"],
      limit: ["", "2", "-1", "two"],
      token: Object.keys(history.token),
      initial: ["", "true", "false"],
      bookmarks: ["", "true"],
    });
    for (const row of rows) {
      const query = queryOf({
        resourceVersion: history.revision[row.revision] ?? "",
        resourceVersionMatch: row.match,
        limit: row.limit,
        continue: history.token[row.token] ?? "",
        sendInitialEvents: row.initial,
        allowWatchBookmarks: row.bookmarks,
      });
      const answer = await admin.get(`${SECRETS}?${query}`);
      checkList(answer, expectedList(row), history, `${JSON.stringify(row)} ${query}`);
    }
    assert.equal(rows.length, 3_360);
  }));

const REASONS: Readonly<Record<number, string>> = {
  400: "BadRequest",
  410: "Expired",
  422: "Invalid",
  504: "Timeout",
};

function checkList({ status, body }: Answered, expected: Expected, history: History, what: string): void {
  assert.equal(status, expected.status, `${what}: ${JSON.stringify(body)}`);
  if (status !== 200) {
    assert.equal(body.reason, REASONS[status], what);
    if (status === 504)
      assert.deepEqual(
        [body.details.causes[0].reason, body.details.retryAfterSeconds],
        ["ResourceVersionTooLarge", 1],
      );
    return;
  }
  assert.deepEqual(namesOf(body), expected.names, what);
  assert.equal(body.metadata.resourceVersion, history.revision[expected.revision ?? ""], what);
  assert.equal(body.metadata.continue !== undefined, expected.more, what);
  const whole = expected.revision === "past" ? 3 : 5;
  const shown = (expected.names ?? []).length + (what.includes('"token":"valid"') ? 1 : 0);
  assert.equal(body.metadata.remainingItemCount, expected.more === true ? whole - shown : undefined, what);
}

test("an expired walk goes on at the newest revision, after the last object shown", () =>
  serve("expired walk", async (served) => {
    const { admin } = served;
    const { token } = await makeHistory(served);
    await admin.post(SECRETS, secret("aa"));
    const gone = await admin.get(`${SECRETS}?limit=2&continue=${token["expired"]}`);
    assert.deepEqual([gone.status, gone.body.reason], [410, "Expired"]);
    const next = await admin.get(`${SECRETS}?limit=2&continue=${gone.body.metadata.continue}`);
    assert.deepEqual(namesOf(next.body), ["aa", "b"]);
    const last = await admin.get(`${SECRETS}?continue=${next.body.metadata.continue}`);
    assert.deepEqual(namesOf(last.body), ["c", "d", "e"]);
    assert.equal(last.body.metadata.resourceVersion, next.body.metadata.resourceVersion);
  }));

test("a walk shows one revision in the order of keys whatever is written meanwhile, also across namespaces", () =>
  serve("walk", async ({ admin }) => {
    for (const namespace of ["alpha", "beta"]) {
      await admin.post("/api/v1/namespaces", { metadata: { name: namespace } });
      for (const name of ["z", "m", "a"])
        await admin.post(`/api/v1/namespaces/${namespace}/secrets`, secret(name, { app: name }));
    }
    const first = (await admin.get("/api/v1/secrets?limit=2")).body;
    await admin.delete("/api/v1/namespaces/alpha/secrets/z");
    await admin.post("/api/v1/namespaces/beta/secrets", secret("b"));
    const seen = [...first.items];
    for (let page = first; page.metadata.continue !== undefined; ) {
      page = (await admin.get(`/api/v1/secrets?limit=3&continue=${page.metadata.continue}`)).body;
      assert.equal(page.metadata.resourceVersion, first.metadata.resourceVersion);
      seen.push(...page.items);
    }
    const names = seen.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    assert.deepEqual(names, ["alpha/a", "alpha/m", "alpha/z", "beta/a", "beta/m", "beta/z"]);
    // What remains is not counted for a selection; the selection may change between pages.
    const selected = (await admin.get("/api/v1/secrets?limit=1&labelSelector=app")).body;
    assert.equal(selected.metadata.remainingItemCount, undefined);
    const rest = await admin.get(
      `/api/v1/secrets?labelSelector=app%3Dm&continue=${selected.metadata.continue}`,
    );
    assert.deepEqual(namesOf(rest.body), ["m", "m"]);
  }));

type WatchRow = Readonly<
  Record<"revision" | "match" | "initial" | "bookmarks" | "token" | "path" | "limit", string>
>;

/** Status, or what a watch of five seconds shows while `z` comes and goes. */
function expectedWatch(row: WatchRow): number | readonly string[] {
  const { revision, match, initial, bookmarks, token, path, limit } = row;
  if (limit === "two") return 400;
  const isWatch = path === "query";
  const isOpen = revision === "" || revision === "any";
  const isDefault = isWatch && initial === "" && match === "" && isOpen;
  if (revision === "malformed" && isWatch && initial === "" && match === "") return 400;
  if (!isWatch) {
    if (initial !== "") return 422;
    if (match !== "" && (match === "Newest" || revision === "" || token !== "")) return 422;
    if (match === "Exact" && revision === "any") return 422;
  } else if (!isDefault) {
    if (initial !== "" && match !== "NotOlderThan") return 422;
    if (match !== "" && (initial === "" || match !== "NotOlderThan" || token !== "")) return 422;
  } else if (token !== "") return 422;
  if (revision === "malformed") return 400;
  if (token !== "" && !isOpen) return 400;
  const showsState = isDefault || initial === "true" || (initial === "" && isOpen);
  if (revision === "future" && showsState) return ["ERROR 504"];
  if (revision === "compacted" && !showsState) return ["ERROR 410"];
  const state = showsState ? ["ADDED a", "ADDED b", "ADDED c", "ADDED d", "ADDED e"] : [];
  const marks = bookmarks === "true";
  const end = marks && (isDefault || initial === "true") ? ["BOOKMARK initial-end"] : [];
  // A watch that shows no state says at once that it has caught up.
  const start = marks && !showsState ? ["BOOKMARK"] : [];
  const changes = revision === "future" ? [] : ["ADDED z", "DELETED z"];
  return [...start, ...state, ...end, ...changes, ...(marks ? ["BOOKMARK"] : [])];
}

interface Shown {
  readonly code?: number;
  readonly metadata: { readonly name?: string; readonly annotations?: Readonly<Record<string, string>> };
}

function nameOfEvent({ type, object }: WatchItem): string {
  const { code, metadata } = object as Shown;
  if (type === "ERROR") return `ERROR ${code}`;
  if (type !== "BOOKMARK") return `${type} ${metadata.name}`;
  return metadata.annotations?.["k8s.io/initial-events-end"] === "true" ? "BOOKMARK initial-end" : "BOOKMARK";
}

/** The status of a refusal, or the events until the watch ends by itself. */
async function watched(
  { server, admin }: Served,
  path: string,
  write: boolean,
): Promise<number | readonly string[]> {
  const request = { method: "GET", path } as const;
  const answer = await server.handlerFor(adminUser)(request, new AbortController().signal);
  const { events } = answer;
  if (events === undefined) return answer.status;
  const names: string[] = [];
  const ended = (async () => {
    for await (const batch of events) names.push(...batch.map(nameOfEvent));
  })();
  if (write) {
    await admin.post(SECRETS, secret("z"));
    await admin.delete(`${SECRETS}/z`);
  }
  await ended;
  return names;
}

test("each combination of options begins a watch as upstream documents", () =>
  serve("watch table", async (served) => {
    const history = await makeHistory(served);
    const rows = combinations({
      revision: ["", "any", "recent", "future", "compacted", "malformed"],
      match: ["", "Exact", "NotOlderThan", "Newest"],
      initial: ["", "true", "false"],
      bookmarks: ["", "true"],
      token: ["", "valid"],
      path: ["query", "deprecated"],
      limit: ["", "2", "two"],
    });
    assert.equal(rows.length, 1_728);
    for (const row of rows) {
      const recent = String(served.store.revision);
      const query = queryOf({
        resourceVersion: row.revision === "recent" ? recent : (history.revision[row.revision] ?? ""),
        resourceVersionMatch: row.match,
        sendInitialEvents: row.initial,
        allowWatchBookmarks: row.bookmarks,
        continue: history.token[row.token] ?? "",
        timeoutSeconds: "5",
        limit: row.limit,
      });
      const path =
        row.path === "query"
          ? `${SECRETS}?watch=1&${query}`
          : `/api/v1/watch/namespaces/default/secrets?${query}`;
      assert.deepEqual(
        await watched(served, path, true),
        expectedWatch(row),
        `${JSON.stringify(row)} ${path}`,
      );
    }
  }));

test("deprecated watch paths watch a collection or one object, and refuse another name", () =>
  serve("watch paths", async (served) => {
    await makeHistory(served);
    await served.admin.post("/api/v1/namespaces", { metadata: { name: "other" } });
    const rows: readonly (readonly [string, number | readonly string[]])[] = [
      ["/api/v1/watch/namespaces/default/secrets/b", ["ADDED b"]],
      ["/api/v1/watch/namespaces/default/secrets/b?fieldSelector=metadata.name%3Db", ["ADDED b"]],
      ["/api/v1/watch/namespaces/default/secrets/b?fieldSelector=metadata.name%3Dc", 400],
      ["/api/v1/watch/namespaces/default/secrets/b?fieldSelector=type%3DOpaque", 400],
      ["/api/v1/watch/namespaces/other/secrets", []],
      ["/api/v1/watch/namespaces/other", ["ADDED other"]],
      ["/api/v1/watch/secrets", ["ADDED a", "ADDED b", "ADDED c", "ADDED d", "ADDED e"]],
      ["/apis/apps/v1/watch/deployments", []],
      ["/api/v1/watch/nothing", 404],
      [`${SECRETS}/b?watch=true`, 200],
      [`${SECRETS}?watch=false`, 200],
    ];
    for (const [path, expected] of rows) {
      const timed = `${path}${path.includes("?") ? "&" : "?"}timeoutSeconds=1`;
      assert.deepEqual(await watched(served, timed, false), expected, path);
    }
    for (const bad of ["timeoutSeconds=soon", "limit=few"])
      assert.equal((await served.admin.get(`${SECRETS}?${bad}`)).status, 400, bad);
  }));
