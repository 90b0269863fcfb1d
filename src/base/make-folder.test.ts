/** Folders are made with those above them, and what cannot be made is an error at once. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { makeFolder } from "./make-folder-node.ts";

const root = mkdtempSync(join(tmpdir(), "navarch-folder-"));
after(() => rmSync(root, { recursive: true }));

test("a folder is made with those above it, and tells the first of them", () => {
  assert.equal(makeFolder(join(root, "a/b/c"), 0o700), join(root, "a"));
  assert.equal(statSync(join(root, "a/b/c")).mode & 0o777, 0o700);
  assert.equal(makeFolder(join(root, "a/b/c"), 0o700), undefined);
});

test("where there is a file, or a file system that takes no folders, it is refused", () => {
  writeFileSync(join(root, "file"), "");
  assert.throws(() => makeFolder(join(root, "file"), 0o700), { code: "EEXIST" });
  assert.throws(() => makeFolder(join(root, "file/below"), 0o700), { code: "EEXIST" });
  assert.throws(() => makeFolder("/proc/navarch/below", 0o700), { code: "ENOENT" });
});
