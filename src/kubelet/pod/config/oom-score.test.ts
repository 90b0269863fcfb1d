/** OOM scores on a node of 8 Gi. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PodSpec } from "#api";
import { container, podOf } from "../../testing/builders.ts";
import { oomScore } from "./oom-score.ts";

const nodeBytes = 8 * 2 ** 30;
const asks = (memory: string) => ({ resources: { requests: { memory } } });
const both = { cpu: "1", memory: "1Gi" };
const main = (memory: string) => [container("main", asks(memory))];
const sidecar = (memory: string) => [container("side", { ...asks(memory), restartPolicy: "Always" })];
const critical = (name: string, priority: number) => ({
  priorityClassName: name,
  priority,
  containers: main("1Gi"),
});

const rows: readonly (readonly [string, Partial<PodSpec>, number])[] = [
  ["BestEffort", { containers: [container("main")] }, 1000],
  ["Guaranteed", { containers: [container("main", { resources: { requests: both, limits: both } })] }, -997],
  ["Burstable, an eighth of the node", { containers: main("1Gi") }, 875],
  ["a part of a thousandth counts as nothing", { containers: main("20Mi") }, 998],
  ["hardly anything is still safer than BestEffort", { containers: main("1Mi") }, 999],
  ["cpu alone", { containers: [container("main", { resources: { requests: { cpu: "1" } } })] }, 999],
  ["all of the node is less safe than Guaranteed", { containers: main("8Gi") }, 3],
  ["critical for the node", critical("system-node-critical", 2_000_001_000), -997],
  ["critical for the cluster", critical("system-cluster-critical", 2_000_000_000), 875],
  ["the pod asks for more than its containers", { ...asks("3Gi"), containers: main("1Gi") }, 625],
];

for (const [what, spec, score] of rows) {
  test(`oomScore() of a container: ${what}`, () => {
    const pod = podOf(spec);
    assert.equal(oomScore(pod, pod.spec.containers[0] ?? container("?"), nodeBytes), score);
  });
}

for (const [own, score] of [
  ["1Mi", 875],
  ["2Gi", 750],
] as const) {
  test(`oomScore() of a sidecar that asks for ${own} is no higher than that of what it serves`, () => {
    const pod = podOf({ initContainers: sidecar(own), containers: [...main("1Gi"), ...main("4Gi")] });
    assert.equal(oomScore(pod, sidecar(own)[0] ?? container("?"), nodeBytes), score);
  });
}
