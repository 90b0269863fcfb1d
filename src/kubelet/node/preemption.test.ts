/** Whom a critical pod pushes off a full node. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod, ResourceRequirements } from "#api";
import { preemptionVictims } from "./preemption.ts";

const gi = 2 ** 30;

function pod(name: string, resources: ResourceRequirements, priority = 0): Pod {
  const containers = [{ name: "main", image: "a", resources }];
  return { metadata: { name, uid: name }, spec: { containers, priority }, status: {} } as unknown as Pod;
}

const asks = (cpu: string, memory: string): ResourceRequirements => ({ requests: { cpu, memory } });
const guaranteed = (cpu: string, memory: string): ResourceRequirements => ({
  requests: { cpu, memory },
  limits: { cpu, memory },
});
const critical = (cpu: string, memory: string): Pod => pod("vital", asks(cpu, memory), 2_000_001_000);
const allocatable = { cpu: "4", memory: `${8 * gi}`, pods: "5" };

const rows: readonly (readonly [
  title: string,
  pod: Pod,
  others: readonly Pod[],
  expected: readonly string[] | undefined,
])[] = [
  ["who fits pushes nobody", critical("1", "1Gi"), [pod("a", asks("1", "1Gi"))], []],
  ["who is not critical pushes nobody", pod("b", asks("4", "1Gi")), [pod("a", asks("1", "1Gi"))], undefined],
  [
    "one that is large enough goes rather than two",
    critical("2", "1Gi"),
    [pod("a", asks("1", "1Gi")), pod("b", asks("1", "1Gi")), pod("c", asks("2", "1Gi"))],
    ["c"],
  ],
  [
    "of two that do, the smaller goes",
    critical("1", "1Gi"),
    [pod("a", asks("2", "3Gi")), pod("b", asks("2", "2Gi"))],
    ["b"],
  ],
  [
    "burstable pods go before guaranteed ones",
    critical("2", "1Gi"),
    [pod("a", guaranteed("2", "1Gi")), pod("b", asks("1", "1Gi")), pod("c", asks("1", "1Gi"))],
    ["b", "c"],
  ],
  [
    "a place is made by a pod that asks for nothing",
    critical("1", "1Gi"),
    [
      pod("a", guaranteed("100m", "1Gi")),
      pod("b", {}),
      pod("c", asks("100m", "1Mi")),
      pod("d", asks("100m", "1Mi")),
      pod("e", asks("100m", "1Mi")),
    ],
    ["b"],
  ],
  [
    "critical pods stay, unless they are less so",
    critical("4", "1Gi"),
    [pod("a", asks("1", "1Gi"), 2_000_001_000), pod("b", asks("3", "1Gi"), 2_000_000_000)],
    undefined,
  ],
  ["what nobody has cannot be had", critical("5", "1Gi"), [pod("a", asks("1", "1Gi"))], undefined],
];

for (const [title, one, others, expected] of rows) {
  test(`preemptionVictims(): ${title}`, () => {
    assert.deepEqual(
      preemptionVictims(one, allocatable, others)?.map(({ metadata }) => metadata.name),
      expected,
    );
  });
}
