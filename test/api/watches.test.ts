/**
 * Watches over real sockets: what watchers of every writing and selection are told while others write, history is
 * compacted and connections break, held against the store's own log by the checker of the nine guarantees.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Random } from "#base";
import { type Cursor, type LoggedEvent, type Revision, type StoredRecord, checkWatch } from "#store";
import { Caller } from "../../src/apiserver/served.suite.ts";
import { adminUser } from "../testing/api-server.ts";
import { seeded } from "../testing/seeded.ts";
import { type ServedFront, type WireClient, type WireReply, serveFront } from "../testing/served-front.ts";
import { ACCEPT, Follower, type Told, type Writing, told, valueOf } from "./watch-client.ts";

const SEED = "watches";
const NAMESPACES = ["alpha", "beta"];
const NAMES = ["m1", "m2", "m3", "m4", "m5", "m6"];
const ROUNDS = 40;
const WRITERS = 8;

interface Selected {
  readonly path: string;
  /** What the path selects, said again. */
  readonly selects: (key: string, tier: string) => boolean;
}

const SELECTIONS: readonly Selected[] = [
  { path: "/api/v1/configmaps", selects: () => true },
  { path: "/api/v1/namespaces/alpha/configmaps", selects: (key) => key.startsWith("alpha/m") },
  { path: "/api/v1/configmaps?labelSelector=tier%3Dgold", selects: (_key, tier) => tier === "gold" },
  { path: "/api/v1/configmaps?fieldSelector=metadata.name%3Dm3", selects: (key) => key.endsWith("/m3") },
  {
    path: "/api/v1/namespaces/alpha/configmaps?labelSelector=tier%3Dgold",
    selects: (key, tier) => key.startsWith("alpha/") && tier === "gold",
  },
];

/** The store's own history of config maps, read as it grows. */
class Log {
  readonly #cursor: Cursor;
  readonly #events: {
    readonly key: string;
    readonly value: string | undefined;
    readonly revision: number;
  }[] = [];

  constructor({ store }: ServedFront) {
    const range = { from: "/registry/configmaps/", to: "/registry/configmaps0" };
    this.#cursor = store.watch({ ...range, after: store.revision });
  }

  read(): void {
    for (const { type, record, revision } of this.#cursor.take(100_000)) {
      const key = `${record.index.namespace}/${record.index.name}`;
      this.#events.push({ key, value: type === "put" ? textOf(record) : undefined, revision });
    }
  }

  /** The log of what a selection shows: what leaves it is gone. `hidden`: values are not told. */
  of(selection: Selected, hidden: boolean): readonly LoggedEvent[] {
    const shown = new Set<string>();
    return this.#events.flatMap(({ key, value, revision }) => {
      const is = value !== undefined && selection.selects(key, value.split("/")[1] ?? "");
      const was = shown.has(key);
      if (is) shown.add(key);
      else shown.delete(key);
      if (!is && !was) return [];
      return [{ key, revision, value: is ? (hidden ? "" : value) : undefined }];
    });
  }
}

function textOf(record: StoredRecord): string {
  return valueOf(JSON.parse(Buffer.from(record.value).toString()) as Parameters<typeof valueOf>[0]);
}

/** Creates, changes, relabels and deletes what `writer` owns, one write after the other. */
async function write(client: WireClient, writer: number, random: Random): Promise<void> {
  const mine = NAMESPACES.flatMap((namespace) => NAMES.map((name) => [namespace, name] as const)).filter(
    (_key, i) => i % WRITERS === writer,
  );
  for (let round = 0; round < ROUNDS; round++) {
    const [namespace, name] = mine[random.below(mine.length)] ?? ["alpha", "m1"];
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const tier = ["gold", "silver", null][random.below(3)];
    const data = { v: `${writer}.${round}` };
    if (random.below(4) === 0) await client.send("DELETE", `${path}/${name}`);
    else if (random.below(2) === 0)
      await send(client, "POST", path, { metadata: { name, labels: tier ? { tier } : {} }, data });
    else await send(client, "PATCH", `${path}/${name}`, { metadata: { labels: { tier } }, data });
  }
}

/** A write over the wire, so that watchers are served between two of them. */
function send(client: WireClient, method: "POST" | "PATCH", path: string, body: object): Promise<WireReply> {
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  return client.send(method, path, { "content-type": type }, JSON.stringify(body));
}

interface Watcher {
  readonly what: string;
  readonly selection: Selected;
  readonly writing: Writing;
  readonly follower: Follower;
  readonly done: Promise<void>;
}

function startWatchers(front: ServedFront): readonly Watcher[] {
  const clients: readonly (readonly [string, WireClient])[] = [
    ["HTTP/1.1", front.http1],
    ["HTTP/2", front.http2],
  ];
  return clients.flatMap(([version, client]) =>
    (Object.keys(ACCEPT) as Writing[]).flatMap((writing) =>
      SELECTIONS.map((selection) => {
        const what = `${version} ${writing} ${selection.path}`;
        const random = seeded(`${SEED} ${what}`);
        const hangUp = (events: number): boolean => events > 5 && random.below(12) === 0;
        const follower = new Follower(client, { path: selection.path, writing, hangUp });
        const done = follower.run();
        done.catch(() => undefined); // seen when the run ends
        return { what, selection, writing, follower, done };
      }),
    ),
  );
}

test("whatever breaks meanwhile, watchers are told what happened: in order, once, all of it, and nothing else", async () => {
  await using front = await serveFront({ ringEvents: 64 });
  const admin = new Caller(front.server, adminUser);
  for (const name of NAMESPACES) await admin.post("/api/v1/namespaces", { metadata: { name } });
  const log = new Log(front);
  // The run is about m1 to m6; what the namespaces brought along is out of the way, but for what the server puts back.
  for (const name of ["default", "kube-system", "kube-public", "kube-node-lease", ...NAMESPACES])
    await admin.delete(`/api/v1/namespaces/${name}/configmaps`);
  const watchers = startWatchers(front);
  const writers = Array.from({ length: WRITERS }, (_, i) =>
    write(front.http2, i, seeded(`${SEED} writer ${i}`)),
  );
  const written = Promise.all(writers);
  let writing = true;
  void written.finally(() => (writing = false));
  while (writing) {
    await admin.get("/api/v1/nodes");
    log.read();
    await front.store.compact(Math.max(1, front.store.revision - 40) as Revision);
  }
  await written;
  await end(admin);
  await allDone(watchers);
  log.read();
  for (const watcher of watchers) check(watcher, log);
  const connections = watchers.reduce((sum, { follower }) => sum + follower.recorded.length, 0);
  assert.ok(connections > 2 * watchers.length, `only ${connections} connections: nothing was resumed`);
});

/** Resolves when every watcher has seen the last event; after a while names those that have not. */
async function allDone(watchers: readonly Watcher[]): Promise<void> {
  const waiting = new Set(watchers.map(({ what }) => what));
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(
    () => late.reject(new Error(`never saw the end: ${[...waiting].join("; ")}`)),
    20_000,
  );
  const all = watchers.map(({ what, done }) => done.then(() => waiting.delete(what)));
  await Promise.race([Promise.all(all), late.promise]);
  clearTimeout(timer);
}

/** The write that every selection shows. */
async function end(admin: Caller): Promise<void> {
  const labels = { tier: "gold", last: "yes" };
  const path = "/api/v1/namespaces/alpha/configmaps";
  await admin.delete(`${path}/m3`);
  const made = await admin.post(path, { metadata: { name: "m3", labels }, data: { v: "last" } });
  assert.equal(made.status, 201, JSON.stringify(made.body));
}

function check({ what, selection, writing, follower }: Watcher, log: Log): void {
  const truth = log.of(selection, writing === "metadata");
  for (const { after, items } of follower.recorded) {
    const violations = checkWatch({ after, items, selects: () => true }, truth);
    assert.deepEqual(violations, [], `${what} from ${after} (seed ${SEED})`);
  }
  for (const { revision, state } of follower.initials) {
    const expected = new Map<string, string>();
    for (const event of truth) {
      if (event.revision > revision) break;
      if (event.value === undefined) expected.delete(event.key);
      else expected.set(event.key, event.value);
    }
    assert.deepEqual(
      new Map([...state].sort()),
      new Map([...expected].sort()),
      `${what} state at ${revision}`,
    );
  }
}

const BIG = "x".repeat(100_000);
const MAPS = "/api/v1/namespaces/default/configmaps";

for (const version of ["http1", "http2"] as const) {
  test(`${version}: a watcher that does not read holds nobody up, and is told when history has moved on without it`, async () => {
    await using front = await serveFront({ ringEvents: 16, ringBytes: 1_000_000 });
    const after = front.store.revision;
    const stream = await front[version].open("GET", `${MAPS}?watch=1&resourceVersion=${after}`);
    const revisions: number[] = [];
    for (let i = 0; i < 120; i++) {
      const made = await send(front.http2, "POST", MAPS, {
        metadata: { name: `big-${i}` },
        data: { v: BIG },
      });
      revisions.push(Number(made.json().metadata.resourceVersion));
    }
    await front.store.compact(front.store.revision);
    const seen: Told[] = [];
    for await (const event of told(stream, "json")) seen.push(event);
    const last = seen.pop();
    assert.deepEqual([last?.type, last?.code], ["ERROR", 410]);
    assert.ok(seen.length > 0 && seen.length < revisions.length, `${seen.length} events came`);
    assert.deepEqual(
      seen.map(({ revision }) => revision),
      revisions.slice(0, seen.length),
    );
  });
}

test("a watch that cannot begin is one ERROR event in each writing, and the connection ends", async () => {
  await using front = await serveFront();
  const admin = new Caller(front.server, adminUser);
  const after = front.store.revision;
  await admin.post(MAPS, { metadata: { name: "a" } });
  await front.store.compact(front.store.revision);
  for (const client of [front.http1, front.http2])
    for (const writing of Object.keys(ACCEPT) as Writing[]) {
      const path = `${MAPS}?watch=1&resourceVersion=${after}`;
      const stream = await client.open("GET", path, { accept: ACCEPT[writing] });
      assert.equal(stream.status, 200);
      const seen: Told[] = [];
      for await (const event of told(stream, writing)) seen.push(event);
      assert.deepEqual(
        seen.map(({ type, code }) => [type, code]),
        [["ERROR", 410]],
        writing,
      );
    }
});
