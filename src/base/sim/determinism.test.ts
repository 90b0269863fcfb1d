/** A seed decides a run: twice in one process, and in processes with other heaps. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { digestOf } from "./determinism.suite.ts";

const suiteUrl = new URL("./determinism.suite.ts", import.meta.url).href;
const script = `import(${JSON.stringify(suiteUrl)}).then((suite) => suite.digestOf("7")).then(console.log)`;

/** The same run in a process of its own, with flags for its heap. */
async function digestInProcess(...flags: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, "--eval", script]);
  return stdout.trim();
}

test("Two runs of one seed have one digest, and another seed has another", async () => {
  const first = await digestOf("7");
  const [, events, heard, ...faults] = first.split(" ");
  assert.equal(await digestOf("7"), first);
  assert.notEqual((await digestOf("8")).split(" ")[0], first.split(" ")[0]);
  assert.ok(Number(events) > 5_000 && Number(heard) > 500, `the world is busy: ${events} events`);
  const counts = JSON.parse(faults.join(" ")) as Record<string, number>;
  for (const fault of ["crash", "partition", "connectionCut"]) {
    assert.ok((counts[fault] ?? 0) > 0, `the world has seen a ${fault}`);
  }
});

test("The size of the heap does not show in the digest", async () => {
  const small = ["--max-semi-space-size=1", "--max-old-space-size=64"];
  const large = ["--max-semi-space-size=128", "--max-old-space-size=1024"];
  const [first, second] = [await digestInProcess(...small), await digestInProcess(...large)];
  assert.match(first, /^[0-9a-f]{16} /);
  assert.equal(first, second);
  assert.equal(first, await digestOf("7"));
});
