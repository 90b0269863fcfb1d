/** Resources that change while a pod runs. */
import assert from "node:assert/strict";
import { type Pod, pods, type ResourceRequirements } from "#api";
import { type Check, type NodeBench, statusOf } from "../testing/node-bench.ts";

export function resizeTests(check: Check): void {
  check("a running container gets more and less without a restart", async (bench) => {
    const pod = await withResources(bench, {
      requests: { cpu: "100m" },
      limits: { cpu: "200m", memory: "32Mi" },
    });
    for (const [request, limit, memory] of [
      ["300m", "400m", "64Mi"],
      ["50m", "100m", "48Mi"],
    ] as const) {
      await resize(bench, { requests: { cpu: request }, limits: { cpu: limit, memory } });
      const after = await bench.eventually(
        "web",
        (one) => statusOf(one).resources?.limits?.["cpu"] === limit,
      );
      assert.equal(statusOf(after).containerID, statusOf(pod).containerID);
      assert.equal(statusOf(after).restartCount, 0);
      assert.equal(statusOf(after).allocatedResources?.["cpu"], request);
      await bench.eventually("web", (one) => !hasCondition(one, "PodResizeInProgress"));
    }
    await bench.told("web", "ResizeStarted", "Pod resize started: {");
    await bench.told("web", "ResizeCompleted", "Pod resize completed: {");
  });

  check(
    "a container whose policy says so is restarted for new memory, and not for new cpu",
    async (bench) => {
      const policy = [{ resourceName: "memory", restartPolicy: "RestartContainer" }];
      const limits = { cpu: "200m", memory: "32Mi" };
      const pod = await withResources(bench, { requests: { cpu: "100m" }, limits }, policy);
      await resize(bench, { requests: { cpu: "100m" }, limits: { ...limits, cpu: "300m" } });
      const same = await bench.eventually(
        "web",
        (one) => statusOf(one).resources?.limits?.["cpu"] === "300m",
      );
      assert.equal(statusOf(same).containerID, statusOf(pod).containerID);
      await resize(bench, { requests: { cpu: "100m" }, limits: { cpu: "300m", memory: "64Mi" } });
      await bench.eventually("web", (one) => statusOf(one).restartCount === 1 && statusOf(one).ready);
      await bench.told("web", "Killing", "Container main resize requires restart");
    },
  );

  check("what the node cannot give is pending: for ever, or until there is room", async (bench) => {
    const cores = Number((await bench.node()).status.allocatable?.["cpu"]);
    await withResources(bench, { requests: { cpu: "100m" } });
    await resize(bench, { requests: { cpu: String(cores + 1) } });
    const infeasible = await bench.eventually("web", (pod) => hasCondition(pod, "PodResizePending"));
    const told = infeasible.status.conditions?.find((one) => one.type === "PodResizePending");
    const figures = `requested: ${cores * 1000 + 1000}, capacity: ${cores * 1000}`;
    assert.deepEqual(
      [told?.reason, told?.message],
      ["Infeasible", `Node didn't have enough capacity: cpu, ${figures}`],
    );
    assert.equal(statusOf(infeasible).allocatedResources?.["cpu"], "100m");

    const resources = { requests: { cpu: `${cores * 1000 - 500}m` } };
    await bench.create("other", { containers: [bench.shell("main", "sleep 100000", { resources })] });
    await bench.running("other");
    await resize(bench, { requests: { cpu: "600m" } });
    await bench.eventually("web", (pod) =>
      (pod.status.conditions ?? []).some(
        (one) => one.type === "PodResizePending" && one.reason === "Deferred",
      ),
    );
    await bench.delete("other", 1);
    const after = await bench.eventually(
      "web",
      (pod) => statusOf(pod).allocatedResources?.["cpu"] === "600m",
    );
    assert.equal(hasCondition(after, "PodResizePending"), false);
  });

  check("a resize that was asked for while no kubelet ran is done by the next one", async (bench) => {
    const pod = await withResources(bench, { requests: { cpu: "100m" }, limits: { cpu: "200m" } });
    await bench.harness.crashKubelet();
    await resize(bench, { requests: { cpu: "100m" }, limits: { cpu: "300m" } });
    await bench.harness.startKubelet();
    const after = await bench.eventually("web", (one) => statusOf(one).resources?.limits?.["cpu"] === "300m");
    assert.equal(statusOf(after).containerID, statusOf(pod).containerID);
  });
}

async function withResources(
  bench: NodeBench,
  resources: ResourceRequirements,
  resizePolicy: Pod["spec"]["containers"][number]["resizePolicy"] = [],
): Promise<Pod> {
  await bench.create("web", {
    containers: [bench.shell("main", "sleep 100000", { resources, resizePolicy })],
  });
  return bench.running("web");
}

async function resize(bench: NodeBench, resources: ResourceRequirements): Promise<void> {
  const patch = { spec: { containers: [{ name: "main", resources }] } };
  await bench.harness.client
    .of(pods)
    .patch({ namespace: "default", name: "web" }, "strategic", patch, bench.signal, {
      subresource: "resize",
    });
}

function hasCondition(pod: Pod, type: string): boolean {
  return (pod.status.conditions ?? []).some((one) => one.type === type);
}
