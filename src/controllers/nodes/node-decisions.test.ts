/** Decisions about nodes: conditions, taints, zones, evictions, sweeps. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject, Node, Toleration } from "#api";
import { keyOf } from "#client";
import { IndexedCache, keyText } from "../../client/indexed-cache.ts";
import { defaultControllerOptions } from "../options.ts";
import { pod } from "../testing/objects.ts";
import { evictionTaint, scheduleTaints, silentConditions, withTaints } from "./node-conditions.ts";
import { indexForSweeps, sweepOf } from "./pod-sweep.ts";
import { toleratedMs } from "./taint-eviction-controller.ts";
import { evictionRates, zoneState } from "./zones.ts";

function node(
  name: string,
  ready: string | undefined,
  zone = "z",
  taints: Node["spec"]["taints"] = [],
): Node {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { "topology.kubernetes.io/zone": zone } },
    spec: { taints },
    status: {
      conditions: ready === undefined ? [] : [{ type: "Ready", status: ready, reason: "", message: "" }],
    },
  } as unknown as Node;
}

test("A silent node's conditions turn Unknown, and those never reported are added", () => {
  const conditions = silentConditions(node("n", "True"), 1000);
  assert.deepEqual(
    conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`),
    [
      "Ready Unknown NodeStatusUnknown",
      "MemoryPressure Unknown NodeStatusNeverUpdated",
      "DiskPressure Unknown NodeStatusNeverUpdated",
      "PIDPressure Unknown NodeStatusNeverUpdated",
    ],
  );
});

test("Taints follow the conditions, and those of others stay", () => {
  const foreign = { key: "mine", effect: "NoExecute", value: "x" };
  const stale = { key: "node.kubernetes.io/not-ready", effect: "NoExecute" };
  const ill = node("n", "Unknown", "z", [foreign, stale]);
  const taints = withTaints(ill, scheduleTaints(ill), evictionTaint(ill), 0);
  assert.deepEqual(
    taints.map(({ key, effect }) => `${key} ${effect}`),
    [
      "mine NoExecute",
      "node.kubernetes.io/unreachable NoSchedule",
      "node.kubernetes.io/unreachable NoExecute",
    ],
  );
  const well = { ...node("n", "True"), spec: { taints } };
  assert.deepEqual(withTaints(well, scheduleTaints(well), evictionTaint(well), 0), [foreign]);
});

test("A zone is partly disrupted from three unready nodes and 55 %, fully when none is ready", () => {
  const states = (ready: number, unready: number) =>
    zoneState([...Array(ready).fill(node("r", "True")), ...Array(unready).fill(node("u", "Unknown"))], 0.55);
  assert.deepEqual(
    [states(1, 2), states(2, 3), states(10, 3), states(0, 1)],
    ["Normal", "PartialDisruption", "Normal", "FullDisruption"],
  );
});

test("Small half-ill zones evict nobody, ill zones among healthy ones do, and no zone when all are down", () => {
  const zone = (name: string, ready: number, unready: number) => [
    ...Array(ready).fill(node("r", "True", name)),
    ...Array(unready).fill(node("u", "False", name)),
  ];
  const rates = (...nodes: Node[][]) => [...evictionRates(nodes.flat(), defaultControllerOptions).values()];
  assert.deepEqual(rates(zone("a", 5, 0), zone("b", 0, 3), zone("c", 1, 4)), [0.1, 0.1, 0]);
  assert.deepEqual(rates(zone("a", 10, 50)), [0.01]);
  assert.deepEqual(rates(zone("a", 0, 2), zone("b", 0, 3)), [0, 0]);
});

const taint = { key: "k", effect: "NoExecute" };
const evictions: readonly [title: string, tolerations: Toleration[], staysMs: number | undefined][] = [
  ["no toleration: at once", [], 0],
  ["a toleration without a time: never", [{ operator: "Exists" }], undefined],
  ["after 30 seconds", [{ key: "k", operator: "Exists", tolerationSeconds: 30 }], 30_000],
  [
    "the first of several tolerations counts",
    [
      { operator: "Exists", tolerationSeconds: 60 },
      { key: "k", operator: "Exists", tolerationSeconds: 5 },
    ],
    60_000,
  ],
  ["another effect does not tolerate it", [{ key: "k", operator: "Exists", effect: "NoSchedule" }], 0],
  ["another value does not tolerate it", [{ key: "k", value: "v" }], 0],
];
for (const [title, tolerations, staysMs] of evictions) {
  test(`Eviction by a NoExecute taint: ${title}`, () => {
    assert.equal(toleratedMs(tolerations, [taint]), staysMs);
  });
}

test("Eviction by NoExecute taints: the shortest of what they are tolerated for", () => {
  const tolerations = [
    { key: "a", operator: "Exists", tolerationSeconds: 60 },
    { key: "b", operator: "Exists", tolerationSeconds: 5 },
    { operator: "Exists" },
  ];
  const taints = ["a", "b", "c"].map((key) => ({ key, effect: "NoExecute" }));
  assert.equal(toleratedMs(tolerations, taints), 5_000);
  assert.equal(toleratedMs([], []), undefined);
});

/** An informer that has seen `objects`. */
function listed<T extends KubeObject>(objects: readonly T[]) {
  const lister = new IndexedCache<T>();
  for (const object of objects) lister.set(keyText(keyOf(object)), object);
  return { lister, index: lister.addIndex.bind(lister) };
}

test("The sweep takes surplus ended pods oldest first, pods of missing nodes, and deleted ones without a node", () => {
  const ended = [3, 1, 2].map((at) => pod({ name: `e${at}`, phase: "Failed", createdMs: at * 1000 }));
  const lost = pod({ name: "lost", node: "gone" });
  const fresh = pod({ name: "fresh", deleted: true });
  const stuck = pod({ name: "stuck", node: "dead", deleted: true });
  const dead = node("dead", "Unknown", "z", [
    { key: "node.kubernetes.io/out-of-service", effect: "NoExecute" },
  ]);
  const informers = { pods: listed([...ended, lost, fresh, stuck]), nodes: listed([dead]) };
  indexForSweeps(informers);
  const sweep = sweepOf(informers, 1);
  const names = Object.entries(sweep).map(
    ([why, pods]) => `${why}: ${pods.map((each: { metadata: { name?: string } }) => each.metadata.name)}`,
  );
  assert.deepEqual(names, ["ended: e1,e2", "orphaned: lost", "unscheduled: fresh", "outOfService: stuck"]);
});
