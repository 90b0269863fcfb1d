/** Images made here are what the OCI specification and tar say, byte for byte where it matters. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { cniConflist, masqueradeRules } from "./cni-conflist.ts";
import { ociArchive, ociImage } from "./oci-image.ts";
import { pauseProgram } from "./pause.ts";
import { tar } from "./tar.ts";

const crypto = { sha256: (data: Uint8Array | string) => createHash("sha256").update(data).digest() };

test("tar() pads each file to blocks, ends with two empty ones, and sums its headers", () => {
  const archive = tar([
    { path: "a", content: Buffer.from("hello"), mode: 0o644 },
    { path: "d" },
    { path: "l", to: "a" },
  ]);
  assert.equal(archive.length, 512 * (2 + 1 + 1 + 2));
  assert.deepEqual([...archive.subarray(1024 + 512 + 156, 1024 + 512 + 159)], [...Buffer.from("2a\0")]);
  const header = Buffer.from(archive.subarray(0, 512));
  const sum = Number.parseInt(header.toString("latin1", 148, 154), 8);
  header.fill(" ", 148, 156);
  assert.equal(
    sum,
    header.reduce((total, byte) => total + byte, 0),
  );
});

test("an image's manifest names its blobs by their digests, and equal input gives an equal image", () => {
  const input = {
    name: "example.com/a:1",
    architecture: "amd64",
    files: [{ path: "x", content: Buffer.from("x") }],
  };
  const image = ociImage(crypto, input);
  const manifest = JSON.parse(Buffer.from(image.manifest.bytes).toString("utf8")) as {
    readonly config: { readonly digest: string };
    readonly layers: readonly { readonly digest: string; readonly size: number }[];
  };
  const digests = image.blobs.map(
    ({ bytes }) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`,
  );
  assert.deepEqual([manifest.config.digest, ...manifest.layers.map(({ digest }) => digest)], digests);
  assert.deepEqual(ociArchive([image]), ociArchive([ociImage(crypto, input)]));
});

test("the sandbox's program is an ELF that is loaded whole and begins in its code", () => {
  const program = Buffer.from(pauseProgram("amd64") ?? []);
  assert.equal(program.toString("latin1", 1, 4), "ELF");
  const entry = program.readBigUInt64LE(24) - program.readBigUInt64LE(64 + 16);
  assert.equal(Number(entry), 64 + 56);
  assert.equal(program.readBigUInt64LE(64 + 32), BigInt(program.length));
  // The jump back to the wait leads to its first instruction.
  const jump = program.indexOf(Buffer.from([0x78, 0xee]));
  assert.deepEqual([...program.subarray(jump + 2 - 18, jump + 2 - 15)], [0x48, 0x89, 0xef]);
  assert.equal(pauseProgram("mips"), undefined);
});

test("pods get routed pairs from the node's range, and are masqueraded only out of the cluster", () => {
  const conflist = JSON.parse(cniConflist({ podCidr: "10.244.3.0/24", addressDirectory: "/x" })) as {
    readonly plugins: readonly { readonly type: string; readonly ipam?: { readonly ranges: unknown } }[];
  };
  assert.deepEqual(
    conflist.plugins.map(({ type }) => type),
    ["ptp", "portmap"],
  );
  assert.deepEqual(conflist.plugins[0]?.ipam?.ranges, [[{ subnet: "10.244.3.0/24" }]]);
  const rules = masqueradeRules("10.244.3.0/24", "10.244.0.0/16");
  assert.match(
    rules,
    /ip saddr 10\.244\.3\.0\/24 ip daddr != \{ 10\.244\.0\.0\/16, 224\.0\.0\.0\/4 \} masquerade/,
  );
});
