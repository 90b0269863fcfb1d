/**
 * `kill -9` in the middle of writing loses no acknowledged write. The writer is a process of its own (this file with
 * arguments), which prints a line for each acknowledgement; each round kills it and reads everything back.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { createRealEnv } from "#base/real";
import { RevisionStore } from "../revision-store.ts";
import { collect, content, describeThing, keyOf, put } from "../store.contract.ts";
import type { Revision } from "../store.ts";
import { SqliteJournal } from "./sqlite-journal-node.ts";

const [mode, path = "", round = ""] = process.argv.slice(2);
const writers = 16;

async function openStore(file: string) {
  const env = createRealEnv({ name: "kill", logLevel: "error" });
  const store = new RevisionStore(env, {
    journal: new SqliteJournal({ path: file }),
    describe: describeThing,
  });
  await store.start(new AbortController().signal);
  return store;
}

/** Writes until it is killed; compacts now and then. */
async function writeForEver(): Promise<void> {
  const store = await openStore(path);
  const write = async (id: number) => {
    for (let at = 0; ; at += 1) {
      // Half of the writes replace, so that compaction has something to drop.
      const name = at % 2 === 0 ? `r${round}-w${id}-${at}` : `hot-${id}`;
      const text = `r${round} w${id} ${at} ${"x".repeat(500)}`;
      const result = await store.commit({ checks: [], writes: [put(name, text)] });
      assert.ok(result.committed);
      process.stdout.write(`${result.revision} ${name} ${text.length}\n`);
      if (id === 0 && at % 40 === 39) await store.compact(store.revision);
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, id) => write(id)));
}

/** Runs a writer until it has acknowledged `count` writes, then kills it. */
async function writeAndKill(
  file: string,
  number: number,
  count: number,
): Promise<ReadonlyMap<string, number>> {
  const child = spawn(process.execPath, [import.meta.filename, "write", file, String(number)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const acknowledged = new Map<string, number>();
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [revision, name, size] = line.split(" ");
    // The last line may be cut.
    if (size === undefined || name === undefined || size.length !== 3) continue;
    acknowledged.set(name, Math.max(Number(revision), acknowledged.get(name) ?? 0));
    lines += 1;
    if (lines === count) child.kill("SIGKILL");
  }
  assert.ok(lines >= count, `the writer ended after ${lines} lines`);
  return acknowledged;
}

if (mode === "write") {
  await writeForEver();
} else {
  test("kill -9 loses no acknowledged write, and revisions only grow", async () => {
    const folder = mkdtempSync(join(tmpdir(), "navarch-kill-"));
    try {
      const file = join(folder, "state.db");
      const acknowledged = new Map<string, number>();
      let newest = 1;
      for (let number = 0; number < 4; number += 1) {
        for (const [name, revision] of await writeAndKill(file, number, 1_000)) {
          assert.ok(revision > newest || acknowledged.has(name), `revision ${revision} was given before`);
          acknowledged.set(name, revision);
        }
        const store = await openStore(file);
        const snapshot = store.snapshot();
        for (const [name, revision] of acknowledged) {
          const found = snapshot.get(keyOf(name))?.modRevision ?? 0;
          assert.ok(
            name.startsWith("hot-") ? found >= revision : found === revision,
            `${name}@${revision}: ${found}`,
          );
        }
        await checkResume(store, store.compactedRevision);
        newest = store.revision;
        await store[Symbol.asyncDispose]();
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

/** A watch from `after` on tells every step from the state there to the newest. */
async function checkResume(store: RevisionStore, after: Revision): Promise<void> {
  const model = new Map(Object.entries(content(await store.snapshotAt(after))));
  using cursor = store.watch({ from: keyOf(""), to: keyOf("~"), after });
  for (const event of await collect(cursor, store.revision - after)) {
    model.set(event.record.index.name, new TextDecoder().decode(event.record.value));
  }
  assert.deepEqual(model, new Map(Object.entries(content(store.snapshot()))));
}
