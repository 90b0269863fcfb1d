/** The contract over SQLite, and what happens when its file is full, damaged, cut or held by another. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { createRealEnv } from "#base/real";
import { RevisionStore } from "../revision-store.ts";
import type { Revision } from "../store.ts";
import {
  content,
  describeThing,
  keyOf,
  mustSwap,
  put,
  rejectsWith,
  storeContract,
  swap,
} from "../store.contract.ts";
import { SqliteJournal } from "./sqlite-journal-node.ts";

function temporaryFile() {
  const folder = mkdtempSync(join(tmpdir(), "navarch-store-"));
  return { path: join(folder, "state.db"), [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

storeContract({
  name: "SQLite",
  fixture: async () => {
    const file = temporaryFile();
    return {
      journal: () => new SqliteJournal({ path: file.path }),
      [Symbol.asyncDispose]: async () => file[Symbol.dispose](),
    };
  },
});

async function openStore(path: string, maxBytes?: number) {
  const warnings: unknown[] = [];
  const env = createRealEnv({
    name: "sqlite-test",
    logLevel: "warn",
    logSink: (entry) => warnings.push(entry.fields?.["detail"]),
  });
  const journal = new SqliteJournal(maxBytes === undefined ? { path } : { path, maxBytes });
  const store = new RevisionStore(env, { journal, describe: describeThing });
  const stop = async () => {
    await store[Symbol.asyncDispose]();
    await env[Symbol.asyncDispose]();
  };
  try {
    await store.start(AbortSignal.timeout(20_000));
  } catch (error) {
    await stop();
    throw error;
  }
  return { store, warnings, [Symbol.asyncDispose]: stop };
}

async function writeFive(path: string): Promise<Revision> {
  await using open = await openStore(path);
  for (let at = 0; at < 5; at += 1) await mustSwap(open.store, `k${at}`, 0, `v${at}`);
  return open.store.revision;
}

function edit(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

test("a full disk ends the store, which keeps all that it acknowledged", async () => {
  using file = temporaryFile();
  const acknowledged: string[] = [];
  {
    await using open = await openStore(file.path, 1024 * 1024);
    const writes = Array.from({ length: 40 }, async (_, at) => {
      const write = { ...put(`k${at}`, "x"), value: new Uint8Array(100_000) };
      if ((await open.store.commit({ checks: [], writes: [write] })).committed) acknowledged.push(`k${at}`);
    });
    for (let at = 0; at < 40; at += 1) {
      try {
        await mustSwap(open.store, `s${at}`, 0, "y".repeat(60_000));
        acknowledged.push(`s${at}`);
      } catch (error) {
        rejectsWith("failed")(error);
        break;
      }
    }
    const settled = await Promise.allSettled(writes);
    assert.ok(settled.some(({ status }) => status === "rejected"));
    assert.match(open.store.ready() ?? "", /full/);
    await assert.rejects(swap(open.store, "late", 0, "x"), rejectsWith("failed"));
  }
  await using again = await openStore(file.path);
  assert.deepEqual(Object.keys(content(again.store.snapshot())).toSorted(), acknowledged.toSorted());
});

test("records behind a gap are cut off, and the numbers go on from there", async () => {
  using file = temporaryFile();
  const last = await writeFive(file.path);
  edit(file.path, "DELETE FROM batch WHERE number = 4");
  await using open = await openStore(file.path);
  assert.deepEqual(open.warnings, [`1 records behind a gap were cut off after revision ${last - 2}`]);
  assert.deepEqual(content(open.store.snapshot()), { k0: "v0", k1: "v1", k2: "v2" });
  assert.equal(open.store.revision, last - 2);
  assert.equal(await mustSwap(open.store, "k3", 0, "again"), last - 1);
});

for (const [damage, sql] of [
  ["changed", "UPDATE batch SET payload = CAST(payload || x'00' AS BLOB) WHERE number = 2"],
  ["replaced by one with a right checksum", "UPDATE batch SET hash = zeroblob(32) WHERE number = 3"],
] as const) {
  test(`a record that was ${damage} is found on open`, async () => {
    using file = temporaryFile();
    await writeFive(file.path);
    edit(file.path, sql);
    await assert.rejects(openStore(file.path), rejectsWith("corrupt"));
  });
}

for (const [damage, sql] of [
  ["changed", "UPDATE base SET put = zeroblob(40) WHERE key LIKE '%k1'"],
  ["missing", "DELETE FROM base WHERE key LIKE '%k1'"],
] as const) {
  test(`a key of the base that is ${damage} is found on open`, async () => {
    using file = temporaryFile();
    const last = await writeFive(file.path);
    {
      await using open = await openStore(file.path);
      await open.store.compact(last);
    }
    edit(file.path, sql);
    await assert.rejects(openStore(file.path), rejectsWith("corrupt"));
  });
}

for (const [loss, lose] of [
  ["emptied", (path: string) => truncateSync(path)],
  ["deleted", (path: string) => rmSync(path)],
] as const) {
  test(`a file that was ${loss} is not taken for a new one`, async () => {
    using file = temporaryFile();
    await writeFive(file.path);
    lose(file.path);
    await assert.rejects(openStore(file.path), rejectsWith("corrupt"));
    await assert.rejects(openStore(file.path), rejectsWith("corrupt"));
  });
}

test("a first start that ended before its file was whole is begun again", async () => {
  using file = temporaryFile();
  writeFileSync(file.path, "");
  assert.ok((await writeFive(file.path)) > 5);
});

test("compaction drops superseded versions from the file", async () => {
  using file = temporaryFile();
  {
    await using open = await openStore(file.path);
    let revision = 0;
    for (let at = 0; at < 50; at += 1) revision = await mustSwap(open.store, "hot", revision, `v${at}`);
    await mustSwap(open.store, "gone", 0, "x");
    await mustSwap(open.store, "gone", open.store.revision);
    await open.store.compact(open.store.revision);
  }
  const database = new DatabaseSync(file.path);
  const count = (table: string) =>
    (database.prepare(`SELECT count(*) n FROM ${table}`).get() as { n: number }).n;
  assert.deepEqual([count("batch"), count("base")], [0, 1]);
  database.close();
  await using again = await openStore(file.path);
  assert.equal(again.store.snapshot().get(keyOf("hot"))?.version, 50);
});

test("a file is open in one store at a time", async () => {
  using file = temporaryFile();
  await using first = await openStore(file.path);
  await mustSwap(first.store, "a", 0, "x");
  await assert.rejects(openStore(file.path), rejectsWith("failed"));
});

test("a lease survives a restart", async () => {
  using file = temporaryFile();
  {
    await using open = await openStore(file.path);
    const write = { ...put("event", "x"), leaseSeconds: 0.05 };
    await open.store.commit({ checks: [], writes: [write] });
  }
  await using again = await openStore(file.path);
  using cursor = again.store.watch({ from: keyOf(""), to: keyOf("~"), after: 1 as Revision });
  const seen: string[] = [];
  while (seen.length < 2) {
    seen.push(...cursor.take(10).map((event) => event.type));
    if (seen.length < 2) await cursor.wait(AbortSignal.timeout(10_000));
  }
  assert.deepEqual(seen, ["put", "delete"]);
});
