/** What every `Disk` promises. Each twin calls `diskContract` in its own test file. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Disk, replaceFile } from "./disk.ts";

export interface DiskFixture {
  /** Empty. */
  readonly disk: Disk;
  run(fn: () => Promise<void>): Promise<void>;
}

export function diskContract(name: string, makeFixture: () => DiskFixture): void {
  const check = (promise: string, body: (disk: Disk) => Promise<void>) => {
    test(`${name}: ${promise}`, () => {
      const { disk, run } = makeFixture();
      return run(() => body(disk));
    });
  };

  check("what is appended can be read, also through a second opening", async (disk) => {
    const first = await disk.append("log/a");
    await first.append(Buffer.from("one "));
    await first.append(Buffer.from("two "));
    await first.sync();
    assert.equal(first.sizeBytes, 8);
    await first.close();
    const second = await disk.append("log/a");
    assert.equal(second.sizeBytes, 8);
    await second.append(Buffer.from("three"));
    await second.close();
    assert.equal(await text(disk, "log/a"), "one two three");
  });

  check("a truncated file continues at its new end", async (disk) => {
    const file = await disk.append("a");
    await file.append(Buffer.from("whole torn"));
    await file.truncate(6);
    await file.append(Buffer.from("again"));
    await file.close();
    assert.equal(await text(disk, "a"), "whole again");
  });

  check("a missing file is notFound to read and rename, and false to remove", async (disk) => {
    await assert.rejects(disk.read("none"), { code: "notFound" });
    await assert.rejects(disk.rename("none", "other"), { code: "notFound" });
    assert.equal(await disk.remove("none"), false);
  });

  check("a rename replaces, and a removal removes", async (disk) => {
    await replaceFile(disk, "a", Buffer.from("A"));
    await replaceFile(disk, "b", Buffer.from("B"));
    await disk.rename("a", "b");
    await disk.syncDirectory("");
    assert.deepEqual(await disk.list(""), ["b"]);
    assert.equal(await text(disk, "b"), "A");
    assert.equal(await disk.remove("b"), true);
    assert.deepEqual(await disk.list(""), []);
  });

  check("a list names files and directories once, sorted; an absent directory is empty", async (disk) => {
    for (const path of ["d/z", "d/e/1", "d/e/2", "d/b", "dd"])
      await replaceFile(disk, path, Buffer.from(path));
    assert.deepEqual(await disk.list("d"), ["b", "e", "z"]);
    assert.deepEqual(await disk.list("absent"), []);
  });

  check("a replaced file holds the new content and leaves no draft", async (disk) => {
    await replaceFile(disk, "pki/ca.key", Buffer.from("a long old content"));
    await replaceFile(disk, "pki/ca.key", Buffer.from("new"));
    assert.equal(await text(disk, "pki/ca.key"), "new");
    assert.deepEqual(await disk.list("pki"), ["ca.key"]);
  });
}

async function text(disk: Disk, path: string): Promise<string> {
  return Buffer.from(await disk.read(path)).toString();
}
