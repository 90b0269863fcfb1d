/** Programs that are killed, machines that start again, and what a deleted namespace leaves: nothing. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { globSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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
import { findProgram } from "../testing/find-program.ts";
import { root, run } from "../testing/program.ts";
import { onOwnMachine } from "./harness/own-machine.ts";
import { mountPoints, UpMachine } from "./harness/up-machine.ts";

const skip = findProgram("kubectl") === undefined ? "needs kubectl" : false;
const signal = new AbortController().signal;

/** The administrator's client, as a program elsewhere has it. */
async function clientOf(machine: UpMachine): Promise<Client & AsyncDisposable> {
  const env = createRealEnv({ name: "test", logLevel: "error" });
  const credentials = await credentialsOf(await loadKubeconfigs([machine.environment.KUBECONFIG]));
  const transport = new HttpsTransport(credentials);
  const client = createClient(transport, { fieldManager: "test" });
  return Object.assign(client, {
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      await env[Symbol.asyncDispose]();
    },
  });
}

/** Writes objects as fast as one at a time goes, until the server dies; resolves with those that it took. */
async function writeUntilDeath(machine: UpMachine, writer: number): Promise<readonly string[]> {
  await using client = await clientOf(machine);
  const taken: string[] = [];
  for (let count = 0; ; count += 1) {
    const name = `w${writer}-${count}`;
    try {
      await client
        .of(configMaps)
        .create({ metadata: { namespace: "default", name }, data: { name } }, signal);
    } catch {
      return taken;
    }
    taken.push(name);
  }
}

async function names(machine: UpMachine): Promise<ReadonlySet<string>> {
  const list = await machine.kubectl("get", "configmaps", "-o", "name");
  return new Set(list.split("\n").map((line) => line.replace("configmap/", "")));
}

async function deploy(machine: UpMachine): Promise<void> {
  await machine.loadServer();
  await machine.kubectl("create", "deployment", "web", "--image=web:1", "--replicas=3");
  await machine.kubectl("rollout", "status", "deployment", "web", "--timeout=60s");
}

/** Milliseconds until the node says anew that it is ready. */
async function nodeReadyMs(machine: UpMachine, since: number, began: number): Promise<number> {
  await using client = await clientOf(machine);
  for (;;) {
    const { items } = await client.of(nodes).list({}, signal);
    const ready = items[0]?.status.conditions?.find((one) => one.type === "Ready");
    if (ready?.status === "True" && (parseTime(ready.lastHeartbeatTime) ?? 0) >= since)
      return performance.now() - began;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function afterKill(context: TestContext): Promise<void> {
  await using machine = new UpMachine();
  await machine.up();
  await deploy(machine);
  const before = machine.shims();
  assert.equal(before.length, 3);
  const writers = [0, 1, 2, 3].map((writer) => writeUntilDeath(machine, writer));
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await machine.stop("SIGKILL");
  const taken = (await Promise.all(writers)).flat();
  assert.ok(taken.length > 10, `${taken.length} writes`);

  const since = Math.floor(Date.now() / 1000) * 1000;
  const began = performance.now();
  await machine.up();
  context.diagnostic(
    `node ready ${(await nodeReadyMs(machine, since, began)).toFixed(0)} ms after the start of "up"`,
  );
  const kept = await names(machine);
  assert.deepEqual(
    taken.filter((name) => !kept.has(name)),
    [],
  );
  context.diagnostic(`${taken.length} acknowledged writes, all kept`);
  assert.deepEqual(machine.shims(), before);
  assert.deepEqual(await machine.pages(), ["hello\n", "hello\n", "hello\n"]);
  assert.doesNotMatch(await machine.kubectl("get", "pods", "--no-headers"), / [1-9]\d* +\(/);
}

/** All that a machine loses with its power: processes, mounts, networks, cgroups, rules; a new boot has a new id. */
async function reboot(machine: UpMachine): Promise<void> {
  await machine.stop("SIGKILL");
  const own = process.pid;
  const parents = new Set([1, own, process.ppid]);
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (pid > 0 && !parents.has(pid)) endNow(pid);
  }
  const ours = mountPoints().filter(
    (path) => path.startsWith(machine.data) || path.startsWith("/var/lib/kubelet/"),
  );
  for (const path of ours.toReversed()) spawnSync("umount", ["--lazy", path]);
  for (const name of await veths()) spawnSync("ip", ["link", "delete", name]);
  spawnSync("nft", ["flush", "ruleset"]);
  spawnSync("find", [...globSync("/sys/fs/cgroup/*/navarch"), "-depth", "-type", "d", "-delete"]);
  rmSync("/run/navarch", { recursive: true, force: true });
  const bootId = join(machine.folder, "boot-id");
  writeFileSync(bootId, `${randomUUID()}\n`);
  assert.equal(spawnSync("mount", ["--bind", bootId, "/proc/sys/kernel/random/boot_id"]).status, 0);
}

/** Of the machine that we are on, which `/sys` may not show. */
async function veths(): Promise<readonly string[]> {
  const { stdout } = await run("ip", ["-brief", "link"]);
  return stdout.split("\n").flatMap((line) => /^(veth\w+)/.exec(line)?.[1] ?? []);
}

function endNow(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It went with those before it.
  }
}

async function afterReboot(): Promise<void> {
  await using machine = new UpMachine();
  await machine.up();
  await deploy(machine);
  const uids = async (): Promise<string> =>
    machine.kubectl(
      "get",
      "deployments,replicasets,pods",
      "-o",
      `jsonpath={range .items[*]}{.metadata.uid}{"\\n"}{end}`,
    );
  const before = await uids();
  const shims = machine.shims();
  await reboot(machine);
  assert.deepEqual(machine.shims(), []);
  await machine.up();
  await machine.kubectl("rollout", "status", "deployment", "web", "--timeout=60s");
  for (let tries = 0; machine.shims().length < 3; tries += 1) {
    assert.ok(tries < 300, "the pods do not come back");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await machine.kubectl(
    "wait",
    "--for=jsonpath={.status.containerStatuses[0].restartCount}=1",
    "pod",
    "--all",
    "--timeout=60s",
  );
  await machine.kubectl("wait", "--for=condition=Ready", "pod", "--all", "--timeout=60s");
  assert.deepEqual(await machine.pages(), ["hello\n", "hello\n", "hello\n"]);
  assert.equal(await uids(), before);
  assert.deepEqual(
    machine.shims().filter((id) => shims.includes(id)),
    [],
  );
  assert.match(await machine.kubectl("get", "events"), /Rebooted/);
  await machine.stop("SIGTERM");
  spawnSync("umount", ["/proc/sys/kernel/random/boot_id"]);
}

/** What a node has of its pods, by kind. */
async function remains(machine: UpMachine): Promise<Readonly<Record<string, readonly string[]>>> {
  const socket = join(machine.data, "containerd/containerd.sock");
  const containers = await run("ctr", [
    "--address",
    socket,
    "--namespace",
    "k8s.io",
    "containers",
    "list",
    "--quiet",
  ]);
  return {
    shims: machine.shims(),
    containers: containers.stdout.split("\n").filter((line) => line !== ""),
    mounts: mountPoints().filter((path) => !path.startsWith("/run/netns/navarch-test-")),
    links: await veths(),
    addresses: globSync(`${machine.data}/containerd/cni/addresses/**/10.*`),
    cgroups: globSync("/sys/fs/cgroup/*/navarch/**/pod*"),
    pods: globSync("/var/lib/kubelet/pods/*"),
    logs: globSync("/var/log/pods/*"),
    rules: (await run("nft", ["list", "ruleset"])).stdout
      .split("\n")
      .filter((line) => !line.includes("counter packets")),
  };
}

/** What starts programs dies, and containerd with it: both come back, and the rest of the test goes by the new ones. */
function killHelper(): void {
  const isHelper = (pid: number): boolean => {
    try {
      return readFileSync(`/proc/${pid}/comm`, "utf8") === "navarch-helper\n";
    } catch {
      return false;
    }
  };
  const found = readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && isHelper(pid));
  assert.equal(found.length, 1);
  endNow(found[0] ?? 0);
}

/** Resolves when another containerd than that process answers. */
async function containerdBack(machine: UpMachine, before: string): Promise<void> {
  while (containerdPid(machine) === before) await new Promise((resolve) => setTimeout(resolve, 20));
  while ((await run(join(root, "bin/navarch"), ["image", "list", "--data", machine.data])).code !== 0);
}

function containerdPid(machine: UpMachine): string {
  return readFileSync(join(machine.data, "containerd/containerd.pid"), "utf8");
}

async function afterDeletion(): Promise<void> {
  await using machine = new UpMachine();
  await machine.up();
  await machine.loadServer();
  const containerd = containerdPid(machine);
  killHelper();
  await containerdBack(machine, containerd);
  const before = await remains(machine);
  await machine.kubectl("create", "namespace", "team");
  const manifest = join(machine.folder, "team.json");
  writeFileSync(manifest, JSON.stringify(team));
  await machine.kubectl("apply", "-n", "team", "-f", manifest);
  await machine.kubectl("rollout", "status", "-n", "team", "deployment", "web", "--timeout=60s");
  const during = await remains(machine);
  for (const [kind, found] of Object.entries(during))
    assert.ok(found.length > (before[kind]?.length ?? 0), `there are no ${kind}`);
  await machine.kubectl("delete", "namespace", "team", "--timeout=60s");
  for (let tries = 0; ; tries += 1) {
    const after = await remains(machine);
    if (tries === 50) assert.deepEqual(after, before);
    if (JSON.stringify(after) === JSON.stringify(before)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const labels = { app: "web" };
const team = {
  apiVersion: "v1",
  kind: "List",
  items: [
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data: { a: "1" } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web" },
      spec: { type: "NodePort", selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            terminationGracePeriodSeconds: 2,
            containers: [
              {
                name: "web",
                image: "web:1",
                ports: [{ containerPort: 8080 }],
                resources: { limits: { memory: "64Mi" } },
                volumeMounts: [
                  { name: "c", mountPath: "/c" },
                  { name: "ram", mountPath: "/ram", subPath: "part" },
                ],
              },
            ],
            volumes: [
              { name: "c", configMap: { name: "c" } },
              { name: "ram", emptyDir: { medium: "Memory" } },
            ],
          },
        },
      },
    },
  ],
};

onOwnMachine(import.meta.filename, () => {
  test(
    "kill -9 under load loses nothing that was acknowledged, and the same containers run on",
    { skip },
    afterKill,
  );
  test("after a reboot `up` brings the same objects back, in new containers", { skip }, afterReboot);
  test("a deleted namespace leaves nothing on the node", { skip }, afterDeletion);
});
