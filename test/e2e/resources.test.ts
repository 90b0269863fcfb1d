/** Resources of pods on a real node, as the kernel has them. */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { type Container, pods, Quantity } from "../../src/api/mod.ts";
import { podUidLabel } from "../../src/kubelet/runtime/labels.ts";
import { statusOf } from "../../src/kubelet/testing/node-bench.ts";
import { changed } from "../testing/folder-changes.ts";
import { onRealNodes } from "./harness/real-bench.ts";

/** The same file under the names of both versions of cgroups. */
const v2 = existsSync("/sys/fs/cgroup/cgroup.controllers");
const root = v2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
const limitFile = v2 ? "memory.max" : "memory.limit_in_bytes";

/** No container gets a lower score than its runtime may give: without CAP_SYS_RESOURCE that is our own. */
function lowestScore(): number {
  const capabilities = /CapEff:\s+(\w+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
  if ((BigInt(`0x${capabilities}`) >> 24n) % 2n === 1n) return -1000;
  return Number(readFileSync("/proc/self/oom_score_adj", "utf8"));
}

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
    if (v2) assert.equal(readFileSync(`${own}/${id}/memory.oom.group`, "utf8"), "1\n");
    assert.equal(existsSync(`${root}/navarch/kubepods/besteffort/pod${free.metadata.uid}`), true);
    await bench.delete("web", 1);
    await bench.gone("web");
    assert.deepEqual(globSync(`/sys/fs/cgroup/**/pod${pod.metadata.uid}`), []);
    await bench.delete("free", 1);
    await bench.gone("free");
  });

  check("what a container does not limit is limited by its pod, and told to it so", async (bench) => {
    const bounded = (resource: string) => ({ resourceFieldRef: { resource, divisor: "1" } });
    const env = [
      { name: "MEMORY", valueFrom: bounded("limits.memory") },
      { name: "CPU", valueFrom: bounded("limits.cpu") },
    ];
    const main = bench.shell("main", "test $MEMORY$CPU = 335544322 && sleep 1000", { env });
    const limits = { memory: "16Mi" };
    const own = bench.shell("own", "sleep 1000", { resources: { limits } });
    const resources = { limits: { cpu: "2", memory: "32Mi" } };
    await bench.create("web", { resources, restartPolicy: "Never", containers: [main, own] });
    const pod = await bench.running("web");
    for (const [name, mebibytes] of [
      ["main", 32],
      ["own", 16],
    ] as const) {
      const id = statusOf(pod, name).containerID?.replace("containerd://", "");
      const [file = ""] = globSync(`${root}/navarch/kubepods/**/${id}/${limitFile}`);
      assert.equal(readFileSync(file, "utf8"), `${mebibytes * 2 ** 20}\n`, name);
    }
  });

  check("what pods use is told, and pods that have ended keep it from nobody", async (bench) => {
    const done = bench.shell("main", "true");
    await bench.create("done", { restartPolicy: "Never", containers: [done] });
    await bench.eventually("done", ({ status }) => status.phase === "Succeeded");
    await bench.create("web", { containers: [bench.shell("main", "sleep 1000")] });
    const { metadata } = await bench.running("web");
    const told = await bench.machine.runtime.listSandboxStats(bench.signal);
    assert.deepEqual(
      told.map(({ labels }) => labels[podUidLabel]),
      [metadata.uid],
    );
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

  check("the kernel ends containers for want of memory by their pods' classes", async (bench) => {
    const capacity = Quantity.parse((await bench.node()).status.capacity?.["memory"] ?? "").toUnits();
    const share = (bytes: number): number => 1000 - Math.floor((1000 * bytes) / capacity);
    const both = { cpu: "50m", memory: "16Mi" };
    const burstable = { resources: { requests: { memory: "64Mi" } } };
    const score = async (more: Partial<Container>, spec = {}, pid = "self"): Promise<string> =>
      (await bench.saidBy(`cat /proc/${pid}/oom_score_adj`, more, spec)).trim();
    const rows = [
      ["Guaranteed", score({ resources: { requests: both, limits: both } }), -997],
      ["BestEffort", score({}), 1000],
      ["Burstable", score(burstable), share(64 * 2 ** 20)],
      ["critical for the node", score({}, { priorityClassName: "system-node-critical" }), -997],
      ["critical for the cluster", score({}, { priorityClassName: "system-cluster-critical" }), 1000],
      ["sandbox", score({}, { shareProcessNamespace: true }, "1"), -998],
    ] as const;
    for (const [what, said, wanted] of rows)
      assert.equal(await said, String(Math.max(lowestScore(), wanted)), what);
  });

  const full = { imagesHighPercent: 0, imagesLowPercent: 0, imagesMinAgeMs: 0 };
  check(
    "on a full disk images go that no container has, and come back when they are asked for",
    async (bench) => {
      const image = bench.harness.otherImage;
      const { images } = bench.machine;
      const names = async (): Promise<readonly string[]> =>
        (await images.listImages(bench.signal)).flatMap((one) => one.repoTags).sort();
      const web = { containers: [{ name: "main", image }] };
      await bench.create("web", web);
      await bench.create("shell", { containers: [bench.shell("main", "sleep 1000")] });
      const before = await bench.running("shell");
      const used = await bench.running("web");
      await bench.delete("web", 1);
      await bench.cleared(used, 30);
      const all = await names();
      const bytes = (await images.imageStatus(image, bench.signal))?.sizeBytes;
      // A kubelet that begins looks at once.
      await bench.harness.crashKubelet();
      await bench.harness.startKubelet();
      await bench.told(
        bench.harness.nodeName,
        "FreeDiskSpaceFailed",
        `only found ${bytes} bytes eligible to free`,
      );
      assert.deepEqual(
        await names(),
        all.filter((one) => one !== image),
      );
      assert.equal(statusOf(await bench.pod("shell")).containerID, statusOf(before).containerID);
      await bench.gone("web");
      await bench.create("web", web);
      await bench.running("web");
      await bench.told("web", "Pulled", `Successfully pulled image "${image}" in `);
    },
    full,
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
