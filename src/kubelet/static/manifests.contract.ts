/** What every source of manifests does: a folder of the machine, and its twin. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ManifestSource } from "./manifests.ts";

export interface ManifestHarness extends AsyncDisposable {
  readonly source: ManifestSource;
  write(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
}

export function manifestContract(name: string, make: () => Promise<ManifestHarness>): void {
  test(`${name}: files are read by path, but for hidden ones`, async () => {
    await using harness = await make();
    for (const file of ["b.yaml", "a.json", ".c.yaml"]) await harness.write(file, file);
    const manifests = await harness.source.read();
    assert.deepEqual(
      manifests.map(({ path, content }) => [path.split("/").at(-1), Buffer.from(content).toString()]),
      [
        ["a.json", "a.json"],
        ["b.yaml", "b.yaml"],
      ],
    );
  });

  test(`${name}: a change is told, and so is a removal, until somebody stops listening`, async () => {
    await using harness = await make();
    const ending = new AbortController();
    const seen = harness.source.changes(ending.signal)[Symbol.asyncIterator]();
    const heard = async (change: Promise<void>, holds: (count: number) => boolean): Promise<void> => {
      await change;
      for (let count = -1; !holds(count); count = (await harness.source.read()).length) await seen.next();
    };
    const next = seen.next();
    await harness.write("a.yaml", "one");
    await next;
    assert.equal((await harness.source.read()).length, 1);
    await heard(harness.write("b.yaml", "two"), (count) => count === 2);
    await heard(harness.remove("a.yaml"), (count) => count === 1);
    ending.abort();
    for (let last = await seen.next(); last.done !== true; ) last = await seen.next();
  });
}
