/** Resources of pods on a real node, as the kernel has them. */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { pods } from "../../src/api/mod.ts";
import { statusOf } from "../../src/kubelet/testing/node-bench.ts";
import { changed } from "../testing/folder-changes.ts";
import { onRealNodes } from "./harness/real-bench.ts";

/** The same file under the names of both versions of cgroups. */
const v2 = existsSync("/sys/fs/cgroup/cgroup.controllers");
const root = v2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
const limitFile = v2 ? "memory.max" : "memory.limit_in_bytes";

onRealNodes(import.meta.filename, "resources of a real node", (check) => {
  check("a pod has a cgroup above its containers, by its class, and it goes with the pod", async (bench) => {
    const resources = { requests: { cpu: "100m", memory: "16Mi" }, limits: { memory: "32Mi" } };
    await bench.create("web", { containers: [bench.shell("main", "sleep 1000", { resources })] });
    await bench.create("free", { containers: [bench.shell("main", "sleep 1000")] });
    const pod = await bench.running("web");
    const free = await bench.running("free");
    const own = `${root}/navarch/kubepods/burstable/pod${pod.metadata.uid}`;
    const id = statusOf(pod).containerID?.replace("containerd://", "");
    assert.equal(readFileSync(`${own}/${limitFile}`, "utf8"), `${32 * 2 ** 20}\n`);
    assert.equal(readFileSync(`${own}/${id}/${limitFile}`, "utf8"), `${32 * 2 ** 20}\n`);
    assert.equal(existsSync(`${root}/navarch/kubepods/besteffort/pod${free.metadata.uid}`), true);
    await bench.delete("web", 1);
    await bench.gone("web");
    assert.deepEqual(globSync(`/sys/fs/cgroup/**/pod${pod.metadata.uid}`), []);
    await bench.delete("free", 1);
    await bench.gone("free");
  });

  check("a resize changes the cgroups of the pod and of its container, up and down", async (bench) => {
    const resources = { limits: { cpu: "100m", memory: "32Mi" } };
    await bench.create("web", { containers: [bench.shell("main", "sleep 1000", { resources })] });
    const pod = await bench.running("web");
    const own = `${root}/navarch/kubepods/pod${pod.metadata.uid}`;
    const id = statusOf(pod).containerID?.replace("containerd://", "");
    for (const size of [64, 40]) {
      const limits = { cpu: `${size}m`, memory: `${size}Mi` };
      const patch = { spec: { containers: [{ name: "main", resources: { limits, requests: limits } }] } };
      await bench.harness.client
        .of(pods)
        .patch({ namespace: "default", name: "web" }, "strategic", patch, bench.signal, {
          subresource: "resize",
        });
      await bench.eventually("web", (one) => statusOf(one).resources?.limits?.["memory"] === `${size}Mi`);
      for (const path of [`${own}/${limitFile}`, `${own}/${id}/${limitFile}`]) {
        await changed(
          path,
          `${path} is ${size} Mi`,
          () => readFileSync(path, "utf8") === `${size * 2 ** 20}\n`,
        );
      }
    }
  });

  check(
    "pods over their own limits of storage are evicted: in a volume, and in what a container writes",
    async (bench) => {
      const fill = (path: string): string => `dd if=/dev/zero of=${path} bs=1M count=3; sleep 1000`;
      const volumeMounts = [{ name: "v", mountPath: "/v" }];
      await bench.create("volume", {
        volumes: [{ name: "v", emptyDir: { sizeLimit: "1Mi" } }],
        containers: [bench.shell("main", fill("/v/file"), { volumeMounts })],
      });
      const resources = { limits: { "ephemeral-storage": "1Mi" } };
      await bench.create("layer", { containers: [bench.shell("main", fill("/file"), { resources })] });
      const said = async (name: string): Promise<readonly unknown[]> => {
        const { status } = await bench.phase(name, "Failed");
        return [status.reason, status.message];
      };
      assert.deepEqual(await said("volume"), [
        "Evicted",
        'Usage of EmptyDir volume "v" exceeds the limit "1Mi". ',
      ]);
      const total = "Pod ephemeral local storage usage exceeds the total limit of containers 1Mi. ";
      assert.deepEqual(await said("layer"), ["Evicted", total]);
      await bench.told("volume", "Evicted", 'Usage of EmptyDir volume "v" exceeds the limit "1Mi". ');
    },
  );

  check("a container that takes more memory than its limit is OOMKilled", async (bench) => {
    const resources = { limits: { memory: "16Mi" } };
    const hungry = "a=x; while true; do a=$a$a; done";
    await bench.create("web", {
      restartPolicy: "Never",
      containers: [bench.shell("main", hungry, { resources })],
    });
    const pod = await bench.phase("web", "Failed");
    const { reason, exitCode } = statusOf(pod).state.terminated ?? {};
    assert.deepEqual([reason, exitCode], ["OOMKilled", 137]);
  });
});
