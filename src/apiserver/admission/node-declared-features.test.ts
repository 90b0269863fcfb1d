/** A pod that runs is resized only as far as its node declares that it can follow. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pod, serve } from "../served.suite.ts";

const pods = "/api/v1/namespaces/default/pods";
const amounts = { cpu: "1", memory: "1Gi" };
const guaranteed = { requests: amounts, limits: amounts };

/** What is resized, and the feature that it needs. */
const resizes: readonly (readonly [
  name: string,
  spec: object,
  patch: object,
  feature: string | undefined,
])[] = [
  [
    "cpu-of-a-guaranteed-pod",
    { containers: [{ name: "c", image: "web", resources: guaranteed }] },
    { containers: [{ name: "c", resources: { requests: { cpu: "2" }, limits: { cpu: "2" } } }] },
    "GuaranteedQoSPodCPUResize",
  ],
  [
    "memory-of-a-guaranteed-pod",
    { containers: [{ name: "c", image: "web", resources: guaranteed }] },
    { containers: [{ name: "c", resources: { requests: { memory: "2Gi" }, limits: { memory: "2Gi" } } }] },
    undefined,
  ],
  [
    "cpu-of-a-burstable-pod",
    { containers: [{ name: "c", image: "web", resources: { requests: amounts } }] },
    { containers: [{ name: "c", resources: { requests: { cpu: "2" } } }] },
    undefined,
  ],
  [
    "a-pod-as-a-whole",
    { resources: { requests: amounts } },
    { resources: { requests: { cpu: "2" } } },
    "InPlacePodLevelResourcesVerticalScaling",
  ],
  [
    "an-init-container",
    { initContainers: [{ name: "i", image: "web", resources: { requests: amounts } }] },
    { initContainers: [{ name: "i", resources: { requests: { cpu: "2" } } }] },
    "InPlacePodVerticalScalingInitContainers",
  ],
  [
    "a-sidecar",
    {
      initContainers: [
        { name: "i", image: "web", restartPolicy: "Always", resources: { requests: amounts } },
      ],
    },
    { initContainers: [{ name: "i", resources: { requests: { cpu: "2" } } }] },
    undefined,
  ],
];

test("a node that does not declare a feature keeps its pods from a change that needs it", () =>
  serve("declared features", async ({ admin }) => {
    const labels = { "kubernetes.io/os": "linux" };
    await admin.post("/api/v1/nodes", { metadata: { name: "n", labels } });
    const tell = async (declaredFeatures: readonly string[]) => {
      const status = { allocatable: { cpu: "4", memory: "8Gi" }, declaredFeatures };
      assert.equal((await admin.patch("/api/v1/nodes/n/status", "merge-patch+json", { status })).status, 200);
    };
    for (const [name, spec, change, feature] of resizes) {
      const made = await admin.post(pods, pod(name, { nodeName: "n", ...spec }));
      assert.equal(made.status, 201, JSON.stringify(made.body));
      const resize = () =>
        admin.patch(`${pods}/${name}/resize`, "strategic-merge-patch+json", { spec: change });
      await tell([]);
      const first = await resize();
      assert.equal(first.status, feature === undefined ? 200 : 403, `${name}: ${JSON.stringify(first.body)}`);
      if (feature === undefined) continue;
      await tell([feature]);
      const second = await resize();
      assert.equal(second.status, 200, `${name}: ${JSON.stringify(second.body)}`);
    }
    const labelled = await admin.patch(`${pods}/a-pod-as-a-whole`, "merge-patch+json", {
      metadata: { labels: { a: "1" } },
    });
    assert.equal(labelled.status, 200, "a change beside the spec needs nothing");
  }));
