/**
 * What the store costs by itself: durable commits over SQLite, watchers, forks, recovery. `main` is the CPU of the
 * main thread, `all` of the whole process, each for one operation. Run: `npm run bench -- store`.
 */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import type { Env } from "#base";
import { createRealEnv } from "#base/real";
import type { Journal } from "./journal.ts";
import { MemoryJournal } from "./memory-journal.ts";
import { RevisionStore } from "./revision-store.ts";
import { SqliteJournal } from "./sqlite/sqlite-journal-node.ts";
import { content, describeThing, keyOf, put } from "./store.contract.ts";
import type { Cursor, Write } from "./store.ts";

export interface StoreBenchSize {
  readonly sequential: number;
  readonly concurrent: number;
  readonly watchers: number;
  readonly events: number;
  readonly objects: number;
}

interface Row {
  readonly name: string;
  readonly figures: Readonly<Record<string, string>>;
}

const range = { from: keyOf(""), to: "/registry/things/default0" };
const value = new Uint8Array(5_000).fill(120);

function write(name: string, node = "n1"): Write {
  const base = put(name, node);
  return { ...base, value };
}

async function openStore(env: Env, journal: Journal): Promise<RevisionStore> {
  const store = new RevisionStore(env, { journal, describe: describeThing });
  await store.start(new AbortController().signal);
  return store;
}

/** Runs `body` and tells its time and CPU for each of `count` operations. */
async function measure(count: number, body: () => Promise<void>): Promise<Record<string, string>> {
  const [main, all, start] = [process.threadCpuUsage(), process.cpuUsage(), performance.now()];
  await body();
  const ms = performance.now() - start;
  const [mainUsed, allUsed] = [process.threadCpuUsage(main), process.cpuUsage(all)];
  return {
    rate: `${Math.round((count / ms) * 1_000)}/s`,
    main: `${((mainUsed.user + mainUsed.system) / count).toFixed(2)} us`,
    all: `${((allUsed.user + allUsed.system) / count).toFixed(2)} us`,
  };
}

async function commits(env: Env, path: string, size: StoreBenchSize): Promise<readonly Row[]> {
  const rows: Row[] = [];
  await using store = await openStore(env, new SqliteJournal({ path }));
  const times: number[] = [];
  const figures = await measure(size.sequential, async () => {
    for (let at = 0; at < size.sequential; at += 1) {
      const start = performance.now();
      await store.commit({ checks: [{ key: keyOf(`s${at}`), modRevision: 0 }], writes: [write(`s${at}`)] });
      times.push(performance.now() - start);
    }
  });
  times.sort((a, b) => a - b);
  const percentile = (share: number) => `${(times[Math.floor(times.length * share)] ?? 0).toFixed(3)} ms`;
  rows.push({
    name: "durable commit, one after the other",
    figures: { p50: percentile(0.5), p99: percentile(0.99), ...figures },
  });
  for (const writers of [32, 64]) {
    const each = Math.ceil(size.concurrent / writers);
    const concurrent = await measure(each * writers, async () => {
      const run = async (id: number) => {
        for (let at = 0; at < each; at += 1) {
          const name = `w${writers}-${id}-${at}`;
          await store.commit({ checks: [{ key: keyOf(name), modRevision: 0 }], writes: [write(name)] });
        }
      };
      await Promise.all(Array.from({ length: writers }, (_, id) => run(id)));
    });
    rows.push({ name: `durable commit, ${writers} writers`, figures: concurrent });
  }
  return rows;
}

async function recovery(env: Env, path: string): Promise<Row> {
  const start = performance.now();
  await using store = await openStore(env, new SqliteJournal({ path }));
  const ms = performance.now() - start;
  const objects = store.snapshot().count(range.from, range.to);
  return { name: "open and verify", figures: { objects: String(objects), took: `${ms.toFixed(0)} ms` } };
}

/** Keeps a cursor drained, as a connection would. */
function follow(cursor: Cursor, delivered: () => void): void {
  const pump = () => {
    for (const event of cursor.take(1_000)) if (event.revision > 0) delivered();
    cursor.onReady(pump);
  };
  cursor.onReady(pump);
}

async function watchers(env: Env, count: number, events: number, single: boolean): Promise<Row> {
  await using store = await openStore(env, new MemoryJournal());
  let delivered = 0;
  const cursors = Array.from({ length: count }, (_, at) => {
    const topic = single ? { topic: { trigger: ["word", `n${at}`] as const } } : {};
    const cursor = store.watch({ ...range, after: store.revision, ...topic });
    follow(cursor, () => {
      delivered += 1;
    });
    return cursor;
  });
  const figures = await measure(events, async () => {
    for (let at = 0; at < events; at += 1) {
      await store.commit({ checks: [], writes: [write(`p${at % 50}`, `n${at % 2}`)] });
    }
    await env.clock.yield();
  });
  for (const cursor of cursors) cursor[Symbol.dispose]();
  const kind = single ? "single-node watchers" : "watchers of everything";
  return { name: `event with ${count} ${kind}`, figures: { ...figures, delivered: String(delivered) } };
}

async function forks(env: Env, size: StoreBenchSize): Promise<readonly Row[]> {
  await using store = await openStore(env, new MemoryJournal());
  for (let at = 0; at < size.objects; at += 1) await store.commit({ checks: [], writes: [write(`o${at}`)] });
  const start = performance.now();
  await using fork = store.fork(env.child("fork"));
  await fork.start(new AbortController().signal);
  const ms = performance.now() - start;
  const hash = createHash("sha256")
    .update(JSON.stringify(Object.keys(content(fork.snapshot()))))
    .digest("hex");
  const reads = 100 * size.objects;
  const get = await measure(reads, async () => {
    const snapshot = store.snapshot();
    for (let at = 0; at < reads; at += 1) snapshot.get(keyOf(`o${at % size.objects}`));
  });
  return [
    {
      name: `fork of ${size.objects} objects`,
      figures: { took: `${ms.toFixed(2)} ms`, hash: hash.slice(0, 12) },
    },
    { name: "get", figures: get },
  ];
}

/** All rows; the file is made in a temporary folder. */
export async function storeBench(size: StoreBenchSize): Promise<readonly Row[]> {
  await using env = createRealEnv({ name: "bench", logLevel: "error" });
  const folder = mkdtempSync(join(tmpdir(), "navarch-bench-"));
  try {
    const path = join(folder, "state.db");
    return [
      ...(await commits(env, path, size)),
      await recovery(env, path),
      await watchers(env, 2, size.events, true),
      await watchers(env, size.watchers, size.events, true),
      await watchers(env, 100, Math.ceil(size.events / 20), false),
      ...(await forks(env, size)),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const size = { sequential: 2_000, concurrent: 30_000, watchers: 20_000, events: 20_000, objects: 1_000 };
  console.log(`${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}`);
  for (const { name, figures } of await storeBench(size)) {
    const text = Object.entries(figures).map(([key, figure]) => `${key} ${figure}`);
    console.log(`${name.padEnd(48)} ${text.join(", ")}`);
  }
}
