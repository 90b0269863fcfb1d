/** Programs that are killed, and machines that start again. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { globSync, readdirSync, rmSync } from "node:fs";
import { test, type TestContext } from "node:test";
import { configMaps, nodes, parseTime } from "../../src/api/mod.ts";
import { createRealEnv } from "../../src/base/real/mod.ts";
import {
  type Client,
  createClient,
  credentialsOf,
  HttpsTransport,
  loadKubeconfigs,
} from "../../src/client/mod.ts";
import { awaitObjects } from "../../src/kubelet/testing/news.ts";
import { findProgram } from "../testing/find-program.ts";
import { onOwnMachine } from "./harness/own-machine.ts";
import { mountPoints, shims, veths } from "./harness/remains.ts";
import { WebMachine } from "./harness/web-machine.ts";

const skip = findProgram("kubectl") === undefined ? "needs kubectl" : false;
const signal = new AbortController().signal;
const hellos = ["hello\n", "hello\n", "hello\n"];

/** The administrator's client, as a program elsewhere has it. */
async function clientOf(machine: WebMachine): Promise<Client & AsyncDisposable> {
  const credentials = await credentialsOf(await loadKubeconfigs([machine.environment.KUBECONFIG]));
  const transport = new HttpsTransport(credentials);
  const client = createClient(transport, { fieldManager: "test" });
  return Object.assign(client, { [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose]() });
}

/** Writes objects as fast as one at a time goes, until the server dies; tells of those that it took. */
async function writeUntilDeath(
  machine: WebMachine,
  writer: number,
  taken: (name: string) => void,
): Promise<void> {
  await using client = await clientOf(machine);
  for (let count = 0; ; count += 1) {
    const name = `w${writer}-${count}`;
    const object = { metadata: { namespace: "default", name }, data: { name } };
    try {
      await client.of(configMaps).create(object, signal);
    } catch {
      // The server has been killed.
      return;
    }
    taken(name);
  }
}

/** Kills the server when it has taken a few hundred writes of four writers; resolves with all that it took. */
async function killUnderLoad(machine: WebMachine): Promise<readonly string[]> {
  const taken: string[] = [];
  const underLoad = Promise.withResolvers<void>();
  const note = (name: string): void => {
    if (taken.push(name) === 300) underLoad.resolve();
  };
  const writers = [0, 1, 2, 3].map((writer) => writeUntilDeath(machine, writer, note));
  await Promise.race([underLoad.promise, Promise.all(writers)]);
  await machine.stop("SIGKILL");
  await Promise.all(writers);
  assert.ok(taken.length >= 300, `${taken.length} writes`);
  return taken;
}

/** Resolves when the node has said anew that it is ready. */
async function nodeReady(machine: WebMachine, since: number): Promise<void> {
  await using client = await clientOf(machine);
  await using env = createRealEnv({ name: "test", logLevel: "error" });
  const { held } = await awaitObjects(
    env,
    client.of(nodes),
    {},
    ([node]) => {
      const ready = node?.status.conditions?.find((one) => one.type === "Ready");
      return ready?.status === "True" && (parseTime(ready.lastHeartbeatTime) ?? 0) >= since;
    },
    60,
  );
  assert.ok(held, "the node does not become ready");
}

async function afterKill(context: TestContext): Promise<void> {
  await using machine = new WebMachine();
  await machine.up();
  await machine.deploy(3);
  const before = shims();
  assert.equal(before.length, 3);
  const taken = await killUnderLoad(machine);

  const since = Math.floor(Date.now() / 1000) * 1000;
  const began = performance.now();
  await machine.up();
  await nodeReady(machine, since);
  context.diagnostic(`node ready ${(performance.now() - began).toFixed(0)} ms after the start of "up"`);
  const list = await machine.kubectl("get", "configmaps", "-o", "name");
  const kept = new Set(list.split("\n").map((line) => line.replace("configmap/", "")));
  assert.deepEqual(
    taken.filter((name) => !kept.has(name)),
    [],
  );
  context.diagnostic(`${taken.length} acknowledged writes, all kept`);
  assert.deepEqual(shims(), before);
  assert.deepEqual(await machine.pages(), hellos);
  assert.doesNotMatch(await machine.kubectl("get", "pods", "--no-headers"), / [1-9]\d* +\(/);
}

/** All that a machine loses with its power: processes, mounts, networks, cgroups, rules; a new boot has a new id. */
async function reboot(machine: WebMachine): Promise<void> {
  await machine.stop("SIGKILL");
  const own = process.pid;
  const parents = new Set([1, own, process.ppid]);
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (pid > 0 && !parents.has(pid)) endNow(pid);
  }
  const ours = mountPoints().filter((path) =>
    [machine.data, "/run/navarch/", "/var/lib/kubelet/"].some((folder) => path.startsWith(folder)),
  );
  for (const path of ours.toReversed()) spawnSync("umount", ["--lazy", path]);
  for (const name of await veths()) spawnSync("ip", ["link", "delete", name]);
  spawnSync("nft", ["flush", "ruleset"]);
  spawnSync("find", [...globSync("/sys/fs/cgroup/*/navarch"), "-depth", "-type", "d", "-delete"]);
  rmSync("/run/navarch", { recursive: true, force: true });
  const bootId = machine.file("boot-id", `${randomUUID()}\n`);
  assert.equal(spawnSync("mount", ["--bind", bootId, "/proc/sys/kernel/random/boot_id"]).status, 0);
}

function endNow(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It went with those before it.
  }
}

async function afterReboot(): Promise<void> {
  await using machine = new WebMachine();
  await machine.up();
  await machine.deploy(3);
  const path = `jsonpath={range .items[*]}{.metadata.uid}{"\\n"}{end}`;
  const uids = (): Promise<string> => machine.kubectl("get", "deployments,replicasets,pods", "-o", path);
  const before = await uids();
  const shimsBefore = shims();
  await reboot(machine);
  assert.deepEqual(shims(), []);
  await machine.up();
  const restarted = "--for=jsonpath={.status.containerStatuses[0].restartCount}=1";
  for (const what of [restarted, "--for=condition=Ready"])
    await machine.kubectl("wait", what, "pod", "--all", "--timeout=60s");
  assert.deepEqual(await machine.pages(), hellos);
  assert.equal(await uids(), before);
  assert.deepEqual(
    shims().filter((id) => shimsBefore.includes(id)),
    [],
  );
  assert.match(await machine.kubectl("get", "events"), /Rebooted/);
  await machine.rolledOut();
  await machine.stop("SIGTERM");
  spawnSync("umount", ["/proc/sys/kernel/random/boot_id"]);
}

onOwnMachine(import.meta.filename, () => {
  test(
    "kill -9 under load loses nothing that was acknowledged, and the same containers run on",
    { skip },
    afterKill,
  );
  test("after a reboot `up` brings the same objects back, in new containers", { skip }, afterReboot);
});
