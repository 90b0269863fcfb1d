/** Images, references and volumes that are not there. */
import assert from "node:assert/strict";
import { pods, runtimeClasses } from "#api";
import { podUidLabel } from "../runtime/labels.ts";
import { type Check, statusOf, waitingFor } from "../testing/node-bench.ts";

export function imageTests(check: Check): void {
  check("an image that cannot be had is ErrImagePull, then ImagePullBackOff", async (bench) => {
    const image = bench.harness.missingImage;
    await bench.create("lost", { terminationGracePeriodSeconds: 30, containers: [{ name: "main", image }] });
    await bench.eventually("lost", (pod) => waitingFor(pod) === "ErrImagePull");
    const pod = await bench.eventually("lost", (one) => waitingFor(one) === "ImagePullBackOff");
    assert.equal(statusOf(pod).state.waiting?.message?.startsWith(`Back-off pulling image "${image}"`), true);
    assert.equal(pod.status.phase, "Pending");
    await bench.told("lost", "Pulling", `Pulling image "${image}"`);
    await bench.told("lost", "Failed", `Failed to pull image "${image}": `);
    await bench.told("lost", "Failed", "Error: ErrImagePull");
    await bench.told("lost", "BackOff", `Back-off pulling image "${image}"`);
    await bench.delete("lost");
    assert.equal((await bench.gone("lost")) < 20, true);
  });

  check("policy Never refuses an image that is not there, and takes one that is", async (bench) => {
    const image = bench.harness.shellImage;
    await bench.create("never", {
      containers: [bench.shell("main", "sleep 1000", { imagePullPolicy: "Never" })],
    });
    const pod = await bench.eventually("never", (one) => waitingFor(one) === "ErrImageNeverPull");
    assert.equal(
      statusOf(pod).state.waiting?.message,
      `Container image "${image}" is not present with pull policy of Never`,
    );
    await bench.create("puller", { containers: [bench.shell("main", "sleep 1000")] });
    await bench.running("puller");
    await bench.running("never");
    await bench.told("never", "Pulled", `Container image "${image}" already present on machine`);
  });

  check(
    "a RuntimeClass names the handler of the sandbox; one that the runtime has not is told",
    async (bench) => {
      const classes = bench.harness.client.of(runtimeClasses);
      for (const [name, handler] of [
        ["plain", "runc"],
        ["odd", "hovercraft"],
      ] as const) {
        await classes.create({ metadata: { name }, handler }, bench.signal);
        await bench.create(name, { runtimeClassName: name, containers: [bench.shell("main", "sleep 1000")] });
      }
      const pod = await bench.running("plain");
      const labels = { [podUidLabel]: pod.metadata.uid ?? "" };
      const [sandbox] = await bench.harness.runtime.listPodSandbox({ labels }, bench.signal);
      assert.equal(sandbox?.runtimeHandler, "runc");
      await bench.told("odd", "FailedCreatePodSandBox", 'no runtime for "hovercraft" is configured');
      await bench.delete("odd");
      await bench.gone("odd");
    },
  );

  check("a name that is no image reference is InvalidImageName", async (bench) => {
    await bench.create("odd", { containers: [{ name: "main", image: "Not/An Image" }] });
    await bench.eventually("odd", (pod) => waitingFor(pod) === "InvalidImageName");
  });

  check(
    "a missing ConfigMap in the environment is CreateContainerConfigError until it comes",
    async (bench) => {
      const env = [{ name: "COLOR", valueFrom: { configMapKeyRef: { name: "paint", key: "color" } } }];
      await bench.create("env", {
        containers: [bench.shell("main", 'test "$COLOR" = red && sleep 1000', { env })],
      });
      const pod = await bench.eventually("env", (one) => waitingFor(one) === "CreateContainerConfigError");
      assert.equal(statusOf(pod).state.waiting?.message, 'configmap "paint" not found');
      await bench.told("env", "Failed", 'Error: configmap "paint" not found');
      await bench.createConfigMap("paint", { color: "red" });
      await bench.running("env");
    },
  );

  check("a missing ConfigMap of a volume holds the pod back with FailedMount", async (bench) => {
    const volumeMounts = [{ name: "files", mountPath: "/etc/files" }];
    await bench.create("files", {
      volumes: [{ name: "files", configMap: { name: "papers" } }],
      containers: [bench.shell("main", "sleep 1000", { volumeMounts })],
    });
    await bench.told(
      "files",
      "FailedMount",
      'MountVolume.SetUp failed for volume "files" : configmap "papers" not found',
    );
    assert.equal(waitingFor(await bench.pod("files")), "ContainerCreating");
    await bench.createConfigMap("papers", { a: "b" });
    await bench.eventually("files", (pod) => statusOf(pod).ready, 150);
  });

  check(
    "the environment has fields of the pod, services and references to earlier variables",
    async (bench) => {
      const env = [
        { name: "NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
        { name: "IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
        { name: "GREETING", value: "hello-$(NAME)" },
      ];
      const script =
        'test "$GREETING" = hello-facts && test -n "$IP" && test -n "$KUBERNETES_SERVICE_HOST" && sleep 1000';
      await bench.create("facts", {
        restartPolicy: "Never",
        containers: [bench.shell("main", script, { env })],
      });
      await bench.running("facts");
    },
  );

  check("an expression of a subPath needs values, stays in its volume, and is tried again", async (bench) => {
    const fieldRef = { fieldPath: "metadata.annotations['part']" };
    const env = [
      { name: "UP", value: ".." },
      { name: "ROOT", value: "/tmp" },
      { name: "PART", valueFrom: { fieldRef } },
    ];
    const create = (name: string, subPathExpr: string): Promise<unknown> => {
      const volumeMounts = [{ name: "v", mountPath: "/v", subPathExpr }];
      const containers = [bench.shell("main", "sleep 1000", { env, volumeMounts })];
      return bench.create(name, { volumes: [{ name: "v", emptyDir: {} }], containers });
    };
    for (const [name, expression, why] of [
      ["up", "$(UP)/a", "unable to provision SubPath `../a`: must not contain '..'"],
      ["root", "$(ROOT)", "unable to provision SubPath `/tmp`: must be a relative path"],
      ["later", "$(PART)/$(NONE)/$(UP)", "missing value for NONE, PART"],
      ["part", "$(PART)/x", "missing value for PART"],
    ] as const) {
      await create(name, expression);
      await bench.eventually(name, (pod) => waitingFor(pod) === "CreateContainerConfigError");
      await bench.told(name, "Failed", `Error: ${why}`);
    }
    const key = { namespace: "default", name: "part" };
    const patch = { metadata: { annotations: { part: "a" } } };
    await bench.harness.client.of(pods).patch(key, "merge", patch, bench.signal);
    await bench.running("part");
  });
}
