/**
 * The cluster suite, three times: all in one process, cut into four that speak HTTPS with certificates of their own, and
 * these over an etcd that is killed on the way.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { type Access, accessOf, call } from "../testing/api-call.ts";
import { freePort, Program } from "../testing/program.ts";
import { etcdMissing, RealEtcd } from "../testing/real-etcd.ts";
import { clusterSuite } from "./cluster.suite.ts";

describe("one process", () => {
  const folder = mkdtempSync(join(tmpdir(), "navarch-one-"));
  let program: Program;
  let access: Access;
  before(async () => {
    const kubeconfig = join(folder, "kubeconfig");
    const listen = `127.0.0.1:${await freePort()}`;
    program = new Program([
      "up",
      "--node",
      "virtual",
      "--name",
      "one",
      "--data",
      join(folder, "data"),
      "--listen",
      listen,
      "--kubeconfig",
      kubeconfig,
    ]);
    await program.printed(/is ready at/);
    access = accessOf(kubeconfig);
  });
  after(async () => {
    access.agent.destroy();
    await program.kill("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });
  clusterSuite("the cluster", () => access);
});

/** API server, controllers, scheduler and kubelet, each a process. */
class FourProcesses implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "navarch-four-"));
  readonly #programs: Program[] = [];
  #access: Access | undefined;

  get access(): Access {
    if (this.#access === undefined) throw new Error("The processes have not started");
    return this.#access;
  }

  async start(...apiserver: readonly string[]): Promise<void> {
    const data = join(this.#folder, "data");
    const listen = `127.0.0.1:${await freePort()}`;
    await this.#run("apiserver", "--data", data, "--listen", listen, "--kubelet", "n1", ...apiserver);
    await Promise.all([
      this.#run("controller-manager", "--kubeconfig", join(data, "controller-manager.conf")),
      this.#run("scheduler", "--kubeconfig", join(data, "scheduler.conf")),
      this.#run("kubelet", "--kubeconfig", join(data, "kubelet-n1.conf"), "--node-name", "n1"),
    ]);
    this.#access = accessOf(join(data, "admin.conf"));
  }

  /** All of them are still there. */
  assertAlive(): void {
    for (const program of this.#programs) assert.equal(program.ended, false, program.output);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#access?.agent.destroy();
    for (const program of this.#programs) await program.kill("SIGTERM");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #run(...args: readonly string[]): Promise<void> {
    const program = new Program(args);
    this.#programs.unshift(program);
    await program.printed(/is ready/);
  }
}

describe("four processes", () => {
  const processes = new FourProcesses();
  before(() => processes.start());
  after(() => processes[Symbol.asyncDispose]());
  clusterSuite("the cluster", () => processes.access);
});

describe("four processes over etcd", { skip: etcdMissing() }, () => {
  const processes = new FourProcesses();
  let etcd: RealEtcd;
  before(async () => {
    etcd = await RealEtcd.start();
    await processes.start("--etcd-servers", `http://${etcd.endpoint}`);
  });
  after(async () => {
    await processes[Symbol.asyncDispose]();
    await etcd[Symbol.asyncDispose]();
  });
  clusterSuite("the cluster", () => processes.access, {
    name: "etcd is killed and comes back: writes are refused meanwhile with the reason, and nothing is lost",
    run: async () => {
      const maps = "/api/v1/namespaces/default/configmaps";
      const write = (name: string): ReturnType<typeof call> =>
        call(processes.access, "POST", maps, { apiVersion: "v1", kind: "ConfigMap", metadata: { name } });
      assert.equal((await write("before")).status, 201);
      await etcd.kill();
      const refused = await write("meanwhile");
      assert.ok(refused.status >= 500, refused.text);
      assert.match(refused.text, /etcd/);
      await etcd.run();
      let reply = await write("after");
      while (reply.status >= 500) reply = await write("after");
      assert.ok(reply.status === 201 || reply.status === 409, reply.text);
      for (const name of ["before", "after"])
        assert.equal((await call(processes.access, "GET", `${maps}/${name}`)).status, 200, name);
      processes.assertAlive();
    },
  });
});
