/** Files of volumes on a real file system: swapped as a whole, and never reached through links. */
import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { writeAtomically } from "./atomic-files-node.ts";
import type { Payload } from "./payload.ts";
import { openPart } from "./sub-path-node.ts";

const folder = mkdtempSync(join(tmpdir(), "navarch-volumes-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function payload(files: Readonly<Record<string, string>>): Payload {
  return new Map(
    Object.entries(files).map(([path, text]) => [path, { bytes: Buffer.from(text), mode: 0o640 }]),
  );
}

test("writeAtomically() swaps all files by one link, drops old ones, and rests when nothing changed", async () => {
  const volume = join(folder, "swap");
  await writeAtomically(volume, payload({ a: "1", "deep/b": "2" }), { stamp: "one", group: undefined });
  assert.equal(readFileSync(join(volume, "deep/b"), "utf8"), "2");
  assert.equal(statSync(join(volume, "a")).mode & 0o777, 0o640);
  assert.equal(readlinkSync(join(volume, "..data")), "..one");
  await writeAtomically(volume, payload({ a: "1", "deep/b": "2" }), { stamp: "two", group: undefined });
  assert.equal(readlinkSync(join(volume, "..data")), "..one");
  await writeAtomically(volume, payload({ a: "3" }), { stamp: "three", group: undefined });
  assert.deepEqual(readdirSync(volume).sort(), ["..data", "..three", "a"]);
  assert.equal(readFileSync(join(volume, "a"), "utf8"), "3");
});

test("openPart() opens what is inside, through links that stay inside, and makes what is missing", async () => {
  const volume = join(folder, "part");
  mkdirSync(join(volume, "real"), { recursive: true });
  writeFileSync(join(volume, "real/file"), "x");
  symlinkSync("real", join(volume, "link"));
  for (const [path, isDirectory] of [
    ["real/file", false],
    ["link/file", false],
    ["new/deep", true],
  ] as const) {
    const part = await openPart(volume, path);
    await part.handle.close();
    assert.equal(part.isDirectory, isDirectory, path);
  }
  assert.equal(statSync(join(volume, "new/deep")).isDirectory(), true);
});

test("openPart() refuses every way out of the volume", async () => {
  const volume = join(folder, "jail");
  mkdirSync(volume);
  symlinkSync("/etc", join(volume, "absolute"));
  symlinkSync("../..", join(volume, "up"));
  symlinkSync("/nowhere/at/all", join(volume, "dangling"));
  for (const path of ["absolute", "absolute/passwd", "up", "../part", "dangling", "dangling/x"])
    await assert.rejects(openPart(volume, path), path);
});
