/** Budgets for evictions: the arithmetic by table, the rest against the real API server in virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deployments, isStatus, type PodDisruptionBudget, podDisruptionBudgets, pods } from "#api";
import { TestCluster } from "../testing/cluster.ts";
import { deployment, pod } from "../testing/objects.ts";
import { budgetState, expectationOf, needsScale } from "./budget.ts";

const namespace = "default";

function budget(spec: PodDisruptionBudget["spec"], disruptedPods = {}): PodDisruptionBudget {
  const status = {
    disruptionsAllowed: 0,
    currentHealthy: 0,
    desiredHealthy: 0,
    expectedPods: 0,
    disruptedPods,
  };
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "b", namespace },
    spec,
    status,
  };
}

const rows = [
  { spec: { minAvailable: 2 }, ready: 3, scale: 9, allowed: 1, needs: false },
  { spec: { minAvailable: 3 }, ready: 3, scale: 9, allowed: 0, needs: false },
  { spec: { minAvailable: "50%" }, ready: 3, scale: 5, allowed: 0, needs: true },
  { spec: { minAvailable: "50%" }, ready: 5, scale: 5, allowed: 2, needs: true },
  { spec: { maxUnavailable: 1 }, ready: 4, scale: 5, allowed: 0, needs: true },
  { spec: { maxUnavailable: "30%" }, ready: 5, scale: 5, allowed: 2, needs: true },
  { spec: { maxUnavailable: 5 }, ready: 0, scale: 0, allowed: 0, needs: true },
];
for (const { spec, ready, scale, allowed, needs } of rows) {
  test(`${JSON.stringify(spec)} with ${ready} ready of ${scale} lets ${allowed} go`, () => {
    const selected = Array.from({ length: ready }, (_, at) => pod({ name: `p${at}` }));
    const wanted = budget(spec);
    const { status } = budgetState(wanted, selected, expectationOf(wanted, ready, scale), 0);
    assert.deepEqual([status.disruptionsAllowed, needsScale(wanted)], [allowed, needs]);
  });
}

test("A pod on its way out counts as gone, until two minutes have not deleted it", () => {
  const selected = ["a", "b"].map((name) => pod({ name }));
  const wanted = budget({ minAvailable: 1 }, { a: "1970-01-01T00:00:10Z" });
  const expectation = expectationOf(wanted, 2, 0);
  const early = budgetState(wanted, selected, expectation, 60_000);
  assert.deepEqual([early.status.currentHealthy, early.againMs], [1, 70_000]);
  const late = budgetState(wanted, selected, expectation, 130_000);
  assert.deepEqual([late.status.currentHealthy, late.status.disruptedPods], [2, undefined]);
  assert.deepEqual(late.notDeleted, [selected[0]]);
});

test("Evictions are granted as far as the budget goes, and again when the pods were replaced", async () => {
  await TestCluster.run("budget", async (cluster) => {
    const { metadata: _, status: __, ...wanted } = deployment({ replicas: 3 });
    await cluster.create(deployments, { ...wanted, metadata: { name: "web", namespace } });
    const selector = { matchLabels: { app: "web" } };
    await cluster.create(podDisruptionBudgets, {
      metadata: { name: "web", namespace },
      spec: { maxUnavailable: 1, selector },
    });
    const allowed = async () => {
      await cluster.playNode("n1", ({ metadata }) => metadata.deletionTimestamp === undefined);
      return (await cluster.get(podDisruptionBudgets, "web", namespace))?.status.disruptionsAllowed;
    };
    await cluster.until("one may go", async () => (await allowed()) === 1);
    const names = (await cluster.list(pods, namespace)).map(({ metadata }) => metadata.name ?? "");
    const evict = (name = "") => {
      const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } };
      return cluster.admin.of(pods).post({ name, namespace }, "eviction", eviction, cluster.signal);
    };
    await evict(names[0]);
    await assert.rejects(evict(names[1]), (error) => isStatus(error, "TooManyRequests"));
    await cluster.until("another may go", async () => (await allowed()) === 1);
    await evict(names[1]);
  });
});
