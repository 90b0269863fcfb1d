/** The file system passes the disk contract; modes and confinement are its own. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { diskContract } from "../disk.contract.ts";
import { replaceFile } from "../disk.ts";
import { FileSystemDisk } from "./disk.ts";

const root = mkdtempSync(join(tmpdir(), "navarch-disk-"));
after(() => rmSync(root, { recursive: true }));
const freshRoot = () => mkdtempSync(join(root, "case-"));

diskContract("FileSystemDisk", () => ({ disk: new FileSystemDisk(freshRoot()), run: (fn) => fn() }));

test("FileSystemDisk gives files mode 0600 and folders 0700 unless told otherwise", async () => {
  const folder = freshRoot();
  const disk = new FileSystemDisk(folder);
  await replaceFile(disk, "pki/ca.key", Buffer.from("secret"));
  await replaceFile(disk, "pki/ca.crt", Buffer.from("public"), 0o644);
  const mode = (path: string) => statSync(join(folder, path)).mode & 0o777;
  assert.deepEqual([mode("pki/ca.key"), mode("pki/ca.crt"), mode("pki")], [0o600, 0o644, 0o700]);
});

test("FileSystemDisk refuses a path that leads out of its folder", async () => {
  const disk = new FileSystemDisk(freshRoot());
  await assert.rejects(async () => disk.read("../outside"), { code: "denied" });
});
