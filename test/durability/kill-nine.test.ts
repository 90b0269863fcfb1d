/**
 * No acknowledged write is lost: the API server is killed with SIGKILL again and again under the load of a process
 * that tells what was acknowledged. After each restart everything acknowledged reads back, what was deleted stays so,
 * revisions only grow, and a watch resumed from the last seen revision has every change exactly once, in order.
 *
 * NAVARCH_KILLS sets the number of kills (default 20; 1000 for the long run).
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type Access, accessOf, call } from "../testing/api-call.ts";
import { freePort, Program, root } from "../testing/program.ts";
import { Acknowledged } from "./acknowledged.ts";
import { Seen } from "./seen.ts";

const kills = Number(process.env["NAVARCH_KILLS"] ?? "20");
const writesPerKill = 1_000;
/** Objects that the writer keeps. */
const kept = 5_000;

test(`no acknowledged write is lost in ${kills} kills`, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "navarch-kill-"));
  const kubeconfig = join(folder, "kubeconfig");
  const port = await freePort();
  const listen = `127.0.0.1:${port}`;
  const args = ["apiserver", "--data", join(folder, "data"), "--listen", listen, "--kubeconfig", kubeconfig];
  const startsMs: number[] = [];
  const start = async (): Promise<Program> => {
    const beganMs = performance.now();
    const program = new Program(args);
    await program.printed(/ready/i);
    startsMs.push(performance.now() - beganMs);
    return program;
  };
  let server = await start();
  const writer = spawn(`${root}/bin/node`, ["test/durability/writer.ts", kubeconfig, String(kept)], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const acknowledged = new Acknowledged(writer.stdout);
  const seen = new Seen(accessOf(kubeconfig));
  try {
    let checked = 0;
    for (let round = 1; round <= kills; round++) {
      await acknowledged.reaches(checked + writesPerKill);
      await server.kill("SIGKILL");
      await seen.ended();
      server = await start();
      seen.resume();
      checked = acknowledged.count;
      const alive = [...acknowledged.alive.values()];
      const gone = new Set(acknowledged.gone);
      const stored = await readBack(accessOf(kubeconfig));
      const lost: string[] = [];
      for (const { name, revision, hash } of alive) {
        if (!stored.maps.has(name)) lost.push(name);
        else assert.deepEqual(stored.maps.get(name), { revision, hash }, `acknowledged ${name}`);
      }
      // The writer asks for an object's end before it sends that, but its word may come after the list's.
      if (lost.length > 0) await acknowledged.reaches(acknowledged.count + 200);
      for (const name of lost)
        assert.equal(acknowledged.alive.has(name), false, `acknowledged ${name} is lost`);
      for (const name of gone) assert.equal(stored.maps.get(name), undefined, `deleted ${name}`);
      // The writers write on, so that the watch comes to the list's revision and beyond.
      await seen.reaches(stored.revision);
      seen.assertHas(alive);
      seen.assertGone(gone);
      acknowledged.forget();
      if (round % 50 === 0) console.log(`${round} kills, ${checked} acknowledged writes`);
    }
    context.diagnostic(
      `${kills} kills, ${checked} acknowledged writes, all read back; ${seen.count} watch events; ` +
        `start ${startsMs[1]?.toFixed(0)} ms at first, ${startsMs.at(-1)?.toFixed(0)} ms at last`,
    );
  } finally {
    writer.kill("SIGKILL");
    seen.close();
    await server.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
});

interface Stored {
  readonly revision: number;
  readonly maps: ReadonlyMap<string, { readonly revision: number; readonly hash: string }>;
}

async function readBack(access: Access): Promise<Stored> {
  const maps = new Map<string, { readonly revision: number; readonly hash: string }>();
  let token = "";
  let revision = 0;
  do {
    const query = `limit=5000${token === "" ? "" : `&continue=${encodeURIComponent(token)}`}`;
    const reply = await call(access, "GET", `/api/v1/namespaces/default/configmaps?${query}`);
    assert.equal(reply.status, 200, reply.text.slice(0, 300));
    const list = JSON.parse(reply.text) as List;
    for (const item of list.items) {
      const text = item.data?.["text"] ?? "";
      const hash = createHash("sha256").update(text).digest("hex");
      maps.set(item.metadata.name, { revision: Number(item.metadata.resourceVersion), hash });
    }
    revision = Number(list.metadata.resourceVersion);
    token = list.metadata.continue ?? "";
  } while (token !== "");
  access.agent.destroy();
  return { revision, maps };
}

interface List {
  readonly metadata: { readonly continue?: string; readonly resourceVersion: string };
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly resourceVersion: string };
    readonly data?: Readonly<Record<string, string>>;
  }[];
}
