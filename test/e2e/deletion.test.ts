/** What a deleted namespace leaves on a real node: nothing, even when what starts programs had died before. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { findProgram } from "../testing/find-program.ts";
import { changed } from "../testing/folder-changes.ts";
import { root, run } from "../testing/program.ts";
import { unannounced } from "../testing/unannounced.ts";
import { makeLan } from "./harness/lan.ts";
import { MachineCluster } from "./harness/machine-cluster.ts";
import { onOwnMachine } from "./harness/own-machine.ts";
import { ProcessCluster } from "./harness/process-cluster.ts";
import { hasOnly, remains } from "./harness/remains.ts";
import { webServer } from "./harness/web-machine.ts";

const skip = findProgram("kubectl") === undefined ? "needs kubectl" : false;
const labels = { app: "web" };
const namespace = "team";
const team = {
  apiVersion: "v1",
  kind: "List",
  items: [
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace }, data: { a: "1" } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace },
      spec: { type: "NodePort", selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", namespace },
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

/** What starts programs dies, and containerd with it; resolves when both are back. */
async function helperDies(nodeData: string): Promise<void> {
  const pidFile = join(nodeData, "containerd/containerd.pid");
  const before = readFileSync(pidFile, "utf8");
  const found = readdirSync("/proc").filter((pid) => Number(pid) > 0 && isHelper(pid));
  assert.equal(found.length, 1);
  process.kill(Number(found[0]), "SIGKILL");
  await changed(
    pidFile,
    "containerd is another",
    () => !["", before].includes(readFileSync(pidFile, "utf8")),
  );
  const list = ["image", "list", "--data", nodeData];
  await unannounced(
    "containerd answers",
    async () => (await run(join(root, "bin/navarch"), list)).code === 0,
  );
}

function isHelper(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8") === "navarch-helper\n";
  } catch {
    // It has just ended.
    return false;
  }
}

async function leavesNothing(cluster: MachineCluster | ProcessCluster): Promise<void> {
  const { nodeData } = cluster;
  await cluster.up();
  await cluster.loadBusybox("web:1", webServer);
  await helperDies(nodeData);
  const before = await remains(nodeData);
  await cluster.kubectl("create", "namespace", namespace);
  await cluster.apply(JSON.stringify(team));
  await cluster.kubectl("rollout", "status", "deployment", "web", "-n", namespace, "--timeout=60s");
  const during = await remains(nodeData);
  for (const [kind, found] of Object.entries(during))
    assert.ok(found.length > (before[kind]?.length ?? 0), `there are no ${kind}`);
  await cluster.kubectl("delete", "namespace", namespace, "--timeout=60s");
  await hasOnly(nodeData, before);
}

onOwnMachine(import.meta.filename, () => {
  test("a deleted namespace leaves nothing on the node", { skip }, async () => {
    await using cluster = new MachineCluster();
    await leavesNothing(cluster);
  });

  test("nor where each component is a process", { skip }, async () => {
    const address = "192.168.9.1";
    makeLan(address);
    await using cluster = new ProcessCluster({ address, nodes: ["n1"] });
    await leavesNothing(cluster);
  });
});
