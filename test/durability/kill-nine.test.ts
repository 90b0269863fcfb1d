/**
 * No acknowledged write is lost: the API server is killed with SIGKILL again and again under the load of a process
 * that logs what was acknowledged. After each restart everything of the log reads back, revisions only grow, and a
 * watch resumed from the last seen revision has every acknowledged object exactly once, in order.
 *
 * NAVARCH_KILLS sets the number of kills (default 20; 1000 for the long run).
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Access, accessOf, call, watch } from "../testing/api-call.ts";
import { freePort, Program, root } from "../testing/program.ts";

const kills = Number(process.env["NAVARCH_KILLS"] ?? "20");
const writesPerKill = 1_000;

interface Acknowledged {
  readonly name: string;
  readonly revision: number;
  readonly hash: string;
}

test(`no acknowledged write is lost in ${kills} kills`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "navarch-kill-"));
  const kubeconfig = join(folder, "kubeconfig");
  const logFile = join(folder, "acknowledged.log");
  const port = await freePort();
  const args = [
    "apiserver",
    "--data",
    join(folder, "data"),
    "--listen",
    `127.0.0.1:${port}`,
    "--kubeconfig",
    kubeconfig,
  ];
  const start = async (): Promise<Program> => {
    const program = new Program(args);
    await program.printed(/ready/i);
    return program;
  };
  let server = await start();
  const writer = spawn(`${root}/bin/node`, ["test/durability/writer.ts", kubeconfig, logFile], {
    cwd: root,
    stdio: "inherit",
  });
  const seen = new Seen(accessOf(kubeconfig));
  try {
    let checked = 0;
    for (let round = 1; round <= kills; round++) {
      const goal = checked + writesPerKill;
      while (readLog(logFile).length < goal) await sleep(20);
      await server.kill("SIGKILL");
      await seen.ended();
      server = await start();
      seen.resume();
      const log = readLog(logFile);
      await assertReadsBack(accessOf(kubeconfig), log);
      checked = log.length;
      await seen.reaches(Math.max(...log.map((one) => one.revision)));
      seen.assertHas(log);
    }
    console.log(`${kills} kills, ${checked} acknowledged writes, all read back; ${seen.count} watch events`);
  } finally {
    writer.kill("SIGKILL");
    seen.close();
    await server.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
});

function readLog(path: string): readonly Acknowledged[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => {
    const [name = "", revision = "", hash = ""] = line.split(" ");
    return { name, revision: Number(revision), hash };
  });
}

async function assertReadsBack(access: Access, log: readonly Acknowledged[]): Promise<void> {
  const stored = new Map<string, { readonly revision: number; readonly hash: string }>();
  let token = "";
  do {
    const query = `limit=5000${token === "" ? "" : `&continue=${encodeURIComponent(token)}`}`;
    const reply = await call(access, "GET", `/api/v1/namespaces/default/configmaps?${query}`);
    assert.equal(reply.status, 200, reply.text.slice(0, 300));
    const list = JSON.parse(reply.text) as List;
    for (const item of list.items) {
      const hash = createHash("sha256")
        .update(item.data?.["text"] ?? "")
        .digest("hex");
      stored.set(item.metadata.name, { revision: Number(item.metadata.resourceVersion), hash });
    }
    token = list.metadata.continue ?? "";
  } while (token !== "");
  for (const { name, revision, hash } of log) {
    assert.deepEqual(stored.get(name), { revision, hash }, `acknowledged ${name}`);
  }
}

interface List {
  readonly metadata: { readonly continue?: string };
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly resourceVersion: string };
    readonly data?: Readonly<Record<string, string>>;
  }[];
}

/** One watch over all the lives of the server, resumed from the last revision that it has seen. */
class Seen {
  readonly #access: Access;
  readonly #revisions = new Map<string, number>();
  #last = 1;
  #watch: ReturnType<typeof watch> | undefined;

  constructor(access: Access) {
    this.#access = access;
    this.resume();
  }

  get count(): number {
    return this.#revisions.size;
  }

  resume(): void {
    const query = `watch=1&allowWatchBookmarks=true&resourceVersion=${this.#last}`;
    this.#watch = watch(
      this.#access,
      `/api/v1/namespaces/default/configmaps?${query}`,
      ({ type, object }) => {
        assert.notEqual(type, "ERROR", JSON.stringify(object));
        const revision = Number(object.metadata.resourceVersion);
        assert.ok(revision > this.#last || type === "BOOKMARK", `revision ${revision} after ${this.#last}`);
        this.#last = Math.max(this.#last, revision);
        if (type !== "ADDED") return;
        assert.ok(
          !this.#revisions.has(object.metadata.name ?? ""),
          `${object.metadata.name} was added twice`,
        );
        this.#revisions.set(object.metadata.name ?? "", revision);
      },
    );
  }

  async ended(): Promise<void> {
    await this.#watch?.ended;
  }

  async reaches(revision: number): Promise<void> {
    while (this.#last < revision) await sleep(10);
  }

  assertHas(log: readonly Acknowledged[]): void {
    for (const { name, revision } of log)
      assert.equal(this.#revisions.get(name), revision, `watch of ${name}`);
  }

  close(): void {
    this.#watch?.close();
  }
}
