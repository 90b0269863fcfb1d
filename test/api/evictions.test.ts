/** Evictions with and without PodDisruptionBudgets. Through the gate, in virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answered, type Served, serve } from "../../src/apiserver/served.suite.ts";
import { eventsOf, makePod, PODS } from "./watched-deletes.ts";

const BUDGETS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";

/** A budget whose controller has just counted. */
async function makeBudget(
  { admin }: Served,
  name: string,
  allowed: number,
  spec: object = {},
): Promise<void> {
  const body = {
    metadata: { name },
    spec: { minAvailable: 1, selector: { matchLabels: { app: "x" } }, ...spec },
  };
  const made = await admin.post(BUDGETS, body);
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const counts = { currentHealthy: 1, desiredHealthy: 1, expectedPods: 1, observedGeneration: 1 };
  const status = { ...counts, disruptionsAllowed: allowed };
  assert.equal((await admin.patch(`${BUDGETS}/${name}/status`, "merge-patch+json", { status })).status, 200);
}

function evict({ admin }: Served, name: string, deleteOptions?: object): Promise<Answered> {
  const body = {
    apiVersion: "policy/v1",
    kind: "Eviction",
    metadata: { name },
    ...(deleteOptions === undefined ? {} : { deleteOptions }),
  };
  return admin.post(`${PODS}/${name}/eviction`, body);
}

async function makeReady({ admin }: Served, name: string): Promise<void> {
  const conditions = [{ type: "Ready", status: "True" }];
  await admin.patch(`${PODS}/${name}/status`, "merge-patch+json", {
    status: { phase: "Running", conditions },
  });
}

test("an eviction is a delete that a budget may refuse, with its cause and when to come back", () =>
  serve("evictions", async (served) => {
    const { admin } = served;
    const labels = { labels: { app: "x" } };
    for (const name of ["free", "held", "other", "pending"]) {
      await makePod(served, name, name === "pending" ? "pending" : "bound", labels);
      if (name !== "pending") await makeReady(served, name);
    }
    const free = await eventsOf(served, PODS, async () => {
      const answer = await evict(served, "free");
      assert.deepEqual([answer.status, answer.body.status], [201, "Success"]);
    });
    assert.deepEqual(free, ["MODIFIED 30"]);
    await makeBudget(served, "budget", 1);
    assert.equal((await evict(served, "held", { dryRun: ["All"] })).status, 201);
    assert.equal((await evict(served, "held", { gracePeriodSeconds: 3 })).status, 201);
    const spent = (await admin.get(`${BUDGETS}/budget`)).body.status;
    assert.deepEqual([spent.disruptionsAllowed, Object.keys(spent.disruptedPods)], [0, ["held"]]);
    const refused = await evict(served, "other");
    assert.deepEqual(
      [refused.status, refused.body.reason, refused.body.details.causes[0].reason],
      [429, "TooManyRequests", "DisruptionBudget"],
    );
    assert.equal(refused.headers["retry-after"], undefined, "a budget does not know when it will have room");
    // A pod that does not run costs nothing.
    assert.equal((await evict(served, "pending")).status, 201);
    await admin.patch(`${BUDGETS}/budget`, "merge-patch+json", { spec: { minAvailable: 2 } });
    const behind = await evict(served, "other");
    assert.deepEqual(
      [behind.status, behind.headers["retry-after"], behind.body.details.retryAfterSeconds],
      [429, "10", 10],
    );
    await makeBudget(served, "second", 1);
    assert.equal((await evict(served, "other")).status, 500);
    assert.equal((await evict(served, "nobody")).status, 404);
  }));
