/** Get, list and watch, through the gate in virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { StatusBody } from "#api";
import type { WatchItem } from "../call.ts";
import { configMap, namesOf, pod, serve, take } from "../served.suite.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";
const PODS = "/api/v1/namespaces/default/pods";

test("pages of one list show one revision, and together everything once", () =>
  serve("pages", async ({ admin }) => {
    for (const name of ["a", "b", "c", "d", "e"]) await admin.post(MAPS, configMap(name));
    const first = (await admin.get(`${MAPS}?limit=2`)).body;
    assert.deepEqual([namesOf(first), first.metadata.remainingItemCount], [["a", "b"], 4]);
    await admin.delete(`${MAPS}/d`);
    const second = (await admin.get(`${MAPS}?limit=3&continue=${first.metadata.continue}`)).body;
    assert.deepEqual(namesOf(second), ["c", "d", "e"]);
    assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
    const last = (await admin.get(`${MAPS}?limit=3&continue=${second.metadata.continue}`)).body;
    assert.deepEqual([namesOf(last), last.metadata.continue], [["kube-root-ca.crt"], undefined]);
  }));

test("selectors choose by label, name, node and phase; an unknown field is refused", () =>
  serve("selectors", async ({ admin }) => {
    await admin.post(PODS, pod("a", { nodeName: "n1" }, { labels: { app: "x" } }));
    await admin.post(PODS, pod("b", { nodeName: "n2" }, { labels: { app: "y" } }));
    const rows: readonly (readonly [string, readonly string[]])[] = [
      ["labelSelector=app%3Dx", ["a"]],
      ["labelSelector=app%20in%20(x,y)", ["a", "b"]],
      ["labelSelector=app!%3Dx", ["b"]],
      ["fieldSelector=metadata.name%3Db", ["b"]],
      ["fieldSelector=spec.nodeName%3Dn1", ["a"]],
      ["fieldSelector=status.phase%3DRunning", []],
    ];
    for (const [query, expected] of rows)
      assert.deepEqual(namesOf((await admin.get(`${PODS}?${query}`)).body), expected, query);
    assert.equal((await admin.get(`${PODS}?fieldSelector=spec.nope%3D1`)).status, 400);
  }));

test("a read waits for a revision to come, and gives up on one that does not", () =>
  serve("revisions", async ({ admin }) => {
    const made = (await admin.post(MAPS, configMap("a"))).body;
    const next = Number(made.metadata.resourceVersion) + 1;
    const waiting = admin.get(`${MAPS}?resourceVersion=${next}&resourceVersionMatch=NotOlderThan`);
    await admin.post(MAPS, configMap("b"));
    assert.equal((await waiting).status, 200);
    const exact = await admin.get(
      `${MAPS}?resourceVersion=${made.metadata.resourceVersion}&resourceVersionMatch=Exact`,
    );
    assert.deepEqual(namesOf(exact.body), ["a", "kube-root-ca.crt"]);
    const future = await admin.get(`${MAPS}?resourceVersion=999999`);
    assert.deepEqual([future.status, future.body.details.causes[0].reason], [504, "ResourceVersionTooLarge"]);
  }));

test("a list at a compacted revision is 410", () =>
  serve("compacted", async ({ admin, store }) => {
    const first = (await admin.get(MAPS)).body.metadata.resourceVersion;
    await admin.post(MAPS, configMap("a"));
    await admin.post(MAPS, configMap("b"));
    await store.compact(store.revision);
    const answer = await admin.get(`${MAPS}?resourceVersion=${first}&resourceVersionMatch=Exact`);
    assert.deepEqual([answer.status, answer.body.reason], [410, "Expired"]);
  }));

test("a watch shows the state, then each change in order", () =>
  serve("watch", async ({ admin }) => {
    await admin.post(MAPS, configMap("a"));
    const events = await admin.watch(
      `${MAPS}?watch=true&fieldSelector=metadata.name%3Da`,
      new AbortController().signal,
    );
    const seen = take(events, 3);
    await admin.patch(`${MAPS}/a`, "merge-patch+json", { data: { k: "1" } });
    await admin.delete(`${MAPS}/a`);
    assert.deepEqual(
      (await seen).map(({ type }) => type),
      ["ADDED", "MODIFIED", "DELETED"],
    );
  }));

test("a watch from a list's revision misses nothing and repeats nothing", () =>
  serve("resume", async ({ admin }) => {
    const { resourceVersion } = (await admin.get(MAPS)).body.metadata;
    for (const name of ["a", "b"]) await admin.post(MAPS, configMap(name));
    const events = await admin.watch(
      `${MAPS}?watch=true&resourceVersion=${resourceVersion}`,
      new AbortController().signal,
    );
    const seen = take(events, 3);
    await admin.post(MAPS, configMap("c"));
    const names = (await seen).map(({ object }) => (object as { metadata: { name: string } }).metadata.name);
    assert.deepEqual(names, ["a", "b", "c"]);
  }));

test("an object that enters or leaves the selection is ADDED or DELETED", () =>
  serve("transitions", async ({ admin }) => {
    await admin.post(MAPS, configMap("a", {}, { labels: { app: "x" } }));
    const events = await admin.watch(
      `${MAPS}?watch=true&labelSelector=app%3Dy`,
      new AbortController().signal,
    );
    const seen = take(events, 2);
    await admin.patch(`${MAPS}/a`, "merge-patch+json", { metadata: { labels: { app: "y" } } });
    const left = (await admin.patch(`${MAPS}/a`, "merge-patch+json", { metadata: { labels: { app: "x" } } }))
      .body;
    const [added, deleted] = await seen;
    assert.ok(deleted !== undefined);
    assert.deepEqual([added?.type, deleted.type], ["ADDED", "DELETED"]);
    const { metadata } = deleted.object as { metadata: { labels: object; resourceVersion: string } };
    assert.deepEqual(metadata.labels, { app: "y" });
    assert.equal(metadata.resourceVersion, left.metadata.resourceVersion);
  }));

test("a streaming list ends its initial events with a bookmark, and bookmarks go on", () =>
  serve("bookmarks", async ({ admin, world }) => {
    await admin.post(MAPS, configMap("a"));
    const query =
      "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    const seen = await take(await admin.watch(`${MAPS}?${query}`, new AbortController().signal), 4);
    assert.deepEqual(
      seen.map(({ type }) => type),
      ["ADDED", "ADDED", "BOOKMARK", "BOOKMARK"],
    );
    const bookmark = seen[2];
    assert.ok(bookmark !== undefined);
    const { metadata } = bookmark.object as { metadata: { annotations?: Record<string, string> } };
    assert.deepEqual(metadata.annotations, { "k8s.io/initial-events-end": "true" });
    assert.ok(world.env("server").clock.monotonic() >= 60_000);
  }));

test("a watch that goes on where it was says by a first bookmark that it has caught up", () =>
  serve("caught up", async ({ admin }) => {
    const { resourceVersion } = (await admin.get(MAPS)).body.metadata;
    await admin.post(MAPS, configMap("a"));
    const head = (await admin.post(PODS, pod("p"))).body.metadata.resourceVersion;
    const query = `watch=true&resourceVersion=${resourceVersion}&allowWatchBookmarks=true`;
    const seen = await take(await admin.watch(`${MAPS}?${query}`, new AbortController().signal), 2);
    assert.deepEqual(
      seen.map(({ type }) => type),
      ["ADDED", "BOOKMARK"],
    );
    const { metadata } = seen[1]?.object as { metadata: { resourceVersion: string } };
    assert.ok(Number(metadata.resourceVersion) >= Number(head));
  }));

test("a watch from a compacted revision is one error, and any watch ends after its timeout", () =>
  serve("watch ends", async ({ admin, store }) => {
    const { resourceVersion } = (await admin.get(MAPS)).body.metadata;
    await admin.post(MAPS, configMap("a"));
    await admin.post(MAPS, configMap("b"));
    await store.compact(store.revision);
    const from = (revision: string): Promise<AsyncIterable<readonly WatchItem[]>> =>
      admin.watch(`${MAPS}?watch=true&resourceVersion=${revision}`, new AbortController().signal);
    const [refused] = await take(await from(resourceVersion), 1_000);
    assert.deepEqual([refused?.type, (refused?.object as StatusBody).code], ["ERROR", 410]);
    const events = await admin.watch(`${MAPS}?watch=true&timeoutSeconds=5`, new AbortController().signal);
    assert.equal((await take(events, 1_000)).length, 3);
  }));

test("tables carry the printed columns, and metadata-only answers only metadata", () =>
  serve("tables", async ({ admin }) => {
    await admin.post(MAPS, configMap("a", { k: "v" }));
    const accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    const table = (await admin.get(MAPS, { accept })).body;
    assert.deepEqual(
      table.columnDefinitions.map((one: { name: string }) => one.name),
      ["Name", "Data", "Age"],
    );
    assert.deepEqual(table.rows[0].cells.slice(0, 2), ["a", 1]);
    assert.equal(table.rows[0].object.kind, "PartialObjectMetadata");
    const partial = (
      await admin.get(`${MAPS}/a`, { accept: "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io" })
    ).body;
    assert.deepEqual(Object.keys(partial).sort(), ["apiVersion", "kind", "metadata"]);
    assert.equal((await admin.get(MAPS, { accept: "text/plain" })).status, 406);
  }));

test("objects shared with in-process readers are frozen", () =>
  serve("frozen", async ({ admin }) => {
    const made = (await admin.post(MAPS, configMap("a", { k: "v" }))).body;
    assert.throws(() => {
      made.data.k = "w";
    }, TypeError);
  }));

test("rows of flow schemas are in the order in which they match, and items in that of their names", () =>
  serve("row order", async ({ admin }) => {
    const path = "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas";
    const accept = "application/json;as=Table;g=meta.k8s.io;v=v1";
    const { body } = await admin.get(path, { accept });
    const at = body.columnDefinitions.findIndex(
      ({ name }: { name: string }) => name === "MatchingPrecedence",
    );
    const printed: number[] = body.rows.map(({ cells }: { cells: number[] }) => cells[at]);
    assert.deepEqual(
      printed,
      printed.toSorted((a, b) => a - b),
    );
    const names = namesOf((await admin.get(path)).body);
    assert.deepEqual(names, names.toSorted());
  }));

test("pods are found by the node as the oldest clients ask, and none by its addresses", () =>
  serve("old fields", async ({ admin }) => {
    const pods = "/api/v1/namespaces/default/pods";
    await admin.post(pods, pod("a", { nodeName: "n" }));
    await admin.post(pods, pod("b"));
    const podIPs = [{ ip: "10.0.0.1" }];
    await admin.patch(`${pods}/a/status`, "merge-patch+json", { status: { podIP: "10.0.0.1", podIPs } });
    const by = async (fields: string) => namesOf((await admin.get(`${pods}?fieldSelector=${fields}`)).body);
    assert.deepEqual(await by("spec.host%3Dn"), ["a"]);
    assert.deepEqual(await by("status.podIP%3D10.0.0.1"), ["a"]);
    assert.deepEqual(await by("status.podIPs%3D10.0.0.1"), []);
    assert.equal((await admin.get("/api/v1/namespaces?fieldSelector=name%3Ddefault")).status, 400);
  }));
