/**
 * A full disk: the API server says so and ends, and has every write that it acknowledged when there is room again. The disk
 * is a small tmpfs, which takes root.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { accessOf, call } from "../testing/api-call.ts";
import { freePort, Program, run } from "../testing/program.ts";

const skip = process.getuid?.() === 0 ? false : "needs root, to mount a small tmpfs";
const maps = "/api/v1/namespaces/default/configmaps";

async function mount(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await run("mount", args);
  assert.equal(code, 0, stderr);
}

test("a full disk ends the API server with the reason, and loses nothing that was acknowledged", {
  skip,
}, async () => {
  const disk = mkdtempSync(join(tmpdir(), "navarch-full-"));
  await mount("-t", "tmpfs", "-o", "size=16m", "tmpfs", disk);
  const kubeconfig = join(disk, "kubeconfig");
  const listen = `127.0.0.1:${await freePort()}`;
  const start = async (): Promise<Program> => {
    const program = new Program([
      "apiserver",
      "--data",
      disk,
      "--listen",
      listen,
      "--kubeconfig",
      kubeconfig,
    ]);
    await program.printed(/is ready/);
    return program;
  };
  let server = await start();
  const access = accessOf(kubeconfig);
  try {
    const acknowledged = new Set<string>();
    let refusal = "";
    for (let at = 0; refusal === ""; at += 1) {
      const name = `w-${at}`;
      const data = { text: `${at} ${"x".repeat(100_000)}` };
      const reply = await call(access, "POST", maps, {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name },
        data,
      }).catch((error: Error) => error);
      if (reply instanceof Error) refusal = reply.message;
      else if (reply.status === 201) acknowledged.add(name);
      else refusal = reply.text;
    }
    assert.ok(acknowledged.size > 10, `${acknowledged.size} writes`);
    assert.notEqual(await server.exit(), 0);
    assert.match(server.output, /Cannot keep the cluster.s state: .*full/);
    assert.doesNotMatch(server.output, /\n? +at .*:\d+:\d+/, "a stack trace");

    await mount("-o", "remount,size=256m", disk);
    server = await start();
    const list = await call(access, "GET", maps);
    const found = (JSON.parse(list.text) as { items: readonly { metadata: { name: string } }[] }).items;
    const names = new Set(found.map(({ metadata }) => metadata.name));
    assert.deepEqual(
      [...acknowledged].filter((name) => !names.has(name)),
      [],
    );
    const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "room-again" } };
    assert.equal((await call(access, "POST", maps, body)).status, 201);
  } finally {
    access.agent.destroy();
    await server.kill("SIGTERM");
    await run("umount", [disk]);
    rmSync(disk, { recursive: true, force: true });
  }
});
