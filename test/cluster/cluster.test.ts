/** The cluster suite, twice: all in one process, and cut into four that speak HTTPS with certificates of their own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { type Access, accessOf } from "../testing/api-call.ts";
import { freePort, Program } from "../testing/program.ts";
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

describe("four processes", () => {
  const folder = mkdtempSync(join(tmpdir(), "navarch-four-"));
  const data = join(folder, "data");
  const programs: Program[] = [];
  let access: Access;
  const start = async (...args: readonly string[]): Promise<void> => {
    const program = new Program(args);
    programs.unshift(program);
    await program.printed(/is ready/);
  };
  before(async () => {
    const listen = `127.0.0.1:${await freePort()}`;
    await start("apiserver", "--data", data, "--listen", listen, "--kubelet", "n1");
    await Promise.all([
      start("controller-manager", "--kubeconfig", join(data, "controller-manager.conf")),
      start("scheduler", "--kubeconfig", join(data, "scheduler.conf")),
      start("kubelet", "--kubeconfig", join(data, "kubelet-n1.conf"), "--node-name", "n1"),
    ]);
    access = accessOf(join(data, "admin.conf"));
  });
  after(async () => {
    access?.agent.destroy();
    for (const program of programs) await program.kill("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });
  clusterSuite("the cluster", () => access);
});
