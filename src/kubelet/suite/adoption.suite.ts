/** Kubelets come and go; containers stay, and nothing is restarted without a reason. */
import assert from "node:assert/strict";
import { type Check, condition, statusOf, waitingFor } from "../testing/node-bench.ts";

export function adoptionTests(check: Check): void {
  check("a new kubelet takes running containers over and nobody becomes unready", async (bench) => {
    const readinessProbe = {
      periodSeconds: 5,
      timeoutSeconds: 5,
      failureThreshold: 1,
      successThreshold: 1,
      exec: { command: ["true"] },
    };
    await bench.create("web", { containers: [bench.shell("main", "sleep 100000", { readinessProbe })] });
    const before = await bench.running("web");
    await bench.harness.crashKubelet();
    await bench.env.clock.sleep(30_000);
    await bench.harness.startKubelet();
    await bench.env.clock.sleep(20_000);
    const after = await bench.pod("web");
    assert.equal(statusOf(after).containerID, statusOf(before).containerID);
    assert.equal(statusOf(after).restartCount, 0);
    assert.deepEqual(
      after.status.conditions?.map((one) => one.lastTransitionTime),
      before.status.conditions?.map((one) => one.lastTransitionTime),
    );
  });

  check("what ended meanwhile is restarted, and counted", async (bench) => {
    await bench.create("web", { containers: [bench.shell("main", "sleep 20; exit 2")] });
    await bench.running("web");
    await bench.harness.crashKubelet();
    await bench.env.clock.sleep(40_000);
    await bench.harness.startKubelet();
    const after = await bench.eventually(
      "web",
      (pod) => statusOf(pod).restartCount === 1 && statusOf(pod).ready,
    );
    assert.equal(statusOf(after).lastState.terminated?.exitCode, 2);
  });

  check("a pod that was deleted meanwhile is ended, and its object goes", async (bench) => {
    await bench.create("web", { containers: [bench.shell("main", "trap 'exit 0' TERM; sleep 1000 & wait")] });
    const pod = await bench.running("web");
    await bench.harness.crashKubelet();
    await bench.delete("web");
    await bench.env.clock.sleep(5_000);
    assert.equal((await bench.left(pod)) > 0, true);
    await bench.harness.startKubelet();
    await bench.gone("web");
    await bench.env.clock.sleep(1_000);
    assert.equal(await bench.left(pod), 0);
  });

  check("what the API has forgotten is ended too", async (bench) => {
    await bench.create("web", { containers: [bench.shell("main", "trap 'exit 0' TERM; sleep 1000 & wait")] });
    const pod = await bench.running("web");
    await bench.harness.crashKubelet();
    await bench.delete("web", 0);
    await bench.gone("web");
    await bench.harness.startKubelet();
    await bench.env.clock.sleep(10_000);
    assert.equal(await bench.left(pod), 0);
  });

  check("a finished pod stays finished", async (bench) => {
    await bench.create("job", { restartPolicy: "Never", containers: [bench.shell("main", "exit 0")] });
    await bench.phase("job", "Succeeded");
    const before = await bench.eventually(
      "job",
      (pod) => condition(pod, "PodReadyToStartContainers") === "False",
    );
    await bench.harness.crashKubelet();
    await bench.harness.startKubelet();
    await bench.env.clock.sleep(10_000);
    assert.deepEqual((await bench.pod("job")).status, before.status);
  });

  check("after a reboot the pod comes back in a new sandbox", async (bench) => {
    await bench.create("web", { containers: [bench.shell("main", "sleep 1000")] });
    const before = await bench.running("web");
    await bench.harness.crashKubelet();
    await bench.harness.rebootNode();
    await bench.harness.startKubelet();
    const after = await bench.eventually(
      "web",
      (pod) => statusOf(pod).restartCount === 1 && condition(pod, "Ready") === "True",
    );
    assert.equal(after.metadata.uid, before.metadata.uid);
    assert.notEqual(statusOf(after).containerID, statusOf(before).containerID);
    await bench.told("web", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
  });

  check("a pod that could not start is tried anew by a new kubelet", async (bench) => {
    await bench.create("lost", { containers: [{ name: "main", image: bench.harness.missingImage }] });
    await bench.eventually("lost", (pod) => waitingFor(pod) === "ImagePullBackOff");
    await bench.harness.crashKubelet();
    await bench.harness.startKubelet();
    await bench.eventually("lost", (pod) => waitingFor(pod) === "ErrImagePull");
  });
}
