/** Deployments' plans, played against a model of a server until they settle. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Deployment, ReplicaSet } from "#api";
import { deployment, withAvailable } from "../../testing/objects.ts";
import { type Observation, planDeployment, type Step } from "./plan.ts";
import { REVISION, REVISION_HISTORY, revisionOf } from "./revisions.ts";
import { isComplete } from "./deployment-status.ts";

/** Deployment and replica sets as a server would hold them, changed by the steps of plans. */
interface World {
  deployment: Deployment;
  sets: ReplicaSet[];
}

function observe(world: World, more: Partial<Observation> = {}): Observation {
  return {
    deployment: world.deployment,
    sets: world.sets,
    hasRunningPods: () => false,
    nowMs: 1000,
    ...more,
  };
}

function take(world: World, step: Step): void {
  if (step.kind === "create") {
    const at = String(world.sets.length).padStart(2, "0");
    const metadata = { ...step.set.metadata, uid: `uid-${at}`, creationTimestamp: `2026-01-01T00:00:${at}Z` };
    world.sets.push({ ...step.set, metadata });
    annotate(world, step.set.metadata.annotations?.[REVISION]);
    world.deployment = { ...world.deployment, status: step.statusAfter };
  } else if (step.kind === "status") {
    annotate(world, step.revision);
    world.deployment = { ...world.deployment, status: step.status };
  } else if (step.kind === "delete") {
    world.sets = world.sets.filter((set) => set.metadata.name !== step.set.metadata.name);
  } else {
    world.sets = world.sets.map((set) => (set.metadata.name === step.set.metadata.name ? step.set : set));
  }
}

function annotate(world: World, revision: string | undefined): void {
  if (revision === undefined) return;
  const metadata = { ...world.deployment.metadata, annotations: { [REVISION]: revision } };
  world.deployment = { ...world.deployment, metadata };
}

interface Bounds {
  readonly most: number;
  readonly leastAvailable: number;
}

/** Plans and lets one pod a turn become available until nothing changes; returns the extremes on the way. */
function settle(world: World): Bounds {
  let most = 0;
  let leastAvailable = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 200; turn += 1) {
    const before = JSON.stringify(world);
    for (const step of planDeployment(observe(world))) take(world, step);
    world.sets = world.sets.map((set) => {
      const replicas = set.spec.replicas ?? 0;
      const available = Math.min(replicas, (set.status.availableReplicas ?? 0) + 1);
      return withAvailable(set, available);
    });
    most = Math.max(
      most,
      total(world, (set) => set.spec.replicas ?? 0),
    );
    leastAvailable = Math.min(
      leastAvailable,
      total(world, (set) => set.status.availableReplicas ?? 0),
    );
    if (JSON.stringify(world) === before) return { most, leastAvailable };
  }
  throw new Error("The deployment did not settle");
}

function total(world: World, count: (set: ReplicaSet) => number): number {
  return world.sets.reduce((sum, set) => sum + count(set), 0);
}

function settled(wish: Parameters<typeof deployment>[0]): World {
  const world = { deployment: deployment(wish), sets: [] };
  settle(world);
  return world;
}

function withImage(world: World, image: string): void {
  const { spec } = deployment({ image });
  world.deployment = { ...world.deployment, spec: { ...world.deployment.spec, template: spec.template } };
}

function sizes(world: World): Record<string, number> {
  return Object.fromEntries(world.sets.map((set) => [revisionOf(set), set.spec.replicas ?? 0]));
}

const rollouts = [
  { replicas: 10, surge: "25%", unavailable: "25%", most: 13, leastAvailable: 8 },
  { replicas: 4, surge: 0, unavailable: 1, most: 4, leastAvailable: 3 },
  { replicas: 4, surge: 1, unavailable: 0, most: 5, leastAvailable: 4 },
  { replicas: 1, surge: 0, unavailable: 0, most: 1, leastAvailable: 0 },
];

for (const { replicas, surge, unavailable, most, leastAvailable } of rollouts) {
  test(`A rolling update of ${replicas} with surge ${surge} and unavailable ${unavailable} keeps its bounds`, () => {
    const world = settled({ replicas, surge, unavailable });
    withImage(world, "v2");
    const reached = settle(world);
    assert.equal(reached.most, most);
    assert.ok(reached.leastAvailable >= leastAvailable, `${reached.leastAvailable} available`);
    assert.deepEqual(sizes(world), { 1: 0, 2: replicas });
    assert.equal(isComplete(world.deployment, world.deployment.status), true);
    const progressing = world.deployment.status.conditions?.find(({ type }) => type === "Progressing");
    assert.equal(progressing?.reason, "NewReplicaSetAvailable");
  });
}

test("An old set whose status lags behind its last cut is not cut too deep", () => {
  const world = settled({ replicas: 5 });
  withImage(world, "v2");
  take(world, planDeployment(observe(world))[0] as Step);
  const sized = (set: ReplicaSet, replicas: number): ReplicaSet => ({
    ...set,
    spec: { ...set.spec, replicas },
  });
  const [old, fresh] = world.sets as [ReplicaSet, ReplicaSet];
  world.sets = [sized(withAvailable(old, 4), 3), sized(withAvailable(fresh, 2), 4)];
  for (const step of planDeployment(observe(world))) take(world, step);
  assert.deepEqual(sizes(world), { 1: 2, 2: 4 });
});

test("A template that was there before becomes the newest revision, and its set remembers the old one", () => {
  const world = settled({});
  withImage(world, "v2");
  settle(world);
  withImage(world, "v1");
  settle(world);
  assert.equal(world.sets.length, 2);
  assert.deepEqual(sizes(world), { 2: 0, 3: 3 });
  const back = world.sets.find((set) => revisionOf(set) === 3);
  assert.equal(back?.metadata.annotations?.[REVISION_HISTORY], "1");
  assert.equal(world.deployment.metadata.annotations?.[REVISION], "3");
});

test("History beyond the limit goes, oldest first", () => {
  const world = settled({ historyLimit: 1 });
  for (const image of ["v2", "v3", "v4"]) {
    withImage(world, image);
    settle(world);
  }
  assert.deepEqual(sizes(world), { 3: 0, 4: 3 });
});

test("Recreate makes the new set only when no pod of the old one runs", () => {
  const world = settled({ recreate: true });
  withImage(world, "v2");
  const kinds = () => planDeployment(observe(world, { hasRunningPods: () => true })).map(({ kind }) => kind);
  assert.deepEqual(kinds(), ["resize", "status"]);
  for (const step of planDeployment(observe(world))) take(world, step);
  world.sets = world.sets.map((set) => withAvailable(set, 0));
  assert.deepEqual(kinds(), ["status"]);
  settle(world);
  assert.deepEqual(sizes(world), { 1: 0, 2: 3 });
});

test("A paused deployment scales its sets in proportion and rolls out nothing", () => {
  const world = settled({ replicas: 10, surge: 3, unavailable: 2 });
  withImage(world, "v2");
  for (const step of planDeployment(observe(world))) take(world, step);
  for (const step of planDeployment(observe(world))) take(world, step);
  assert.deepEqual(sizes(world), { 1: 8, 2: 3 });
  world.deployment = { ...world.deployment, spec: { ...world.deployment.spec, paused: true, replicas: 20 } };
  settle(world);
  assert.deepEqual(sizes(world), { 1: 18, 2: 5 });
  const progressing = world.deployment.status.conditions?.find(({ type }) => type === "Progressing");
  assert.equal(progressing?.reason, "DeploymentPaused");
});

test("A rollout that stands still past its deadline says so, and only once", () => {
  const world = { deployment: deployment({}), sets: [] as ReplicaSet[] };
  for (const step of planDeployment(observe(world))) take(world, step);
  const late = { nowMs: 700_000 };
  for (let turn = 0; turn < 3; turn += 1) {
    for (const step of planDeployment(observe(world, late))) take(world, step);
  }
  const progressing = world.deployment.status.conditions?.find(({ type }) => type === "Progressing");
  assert.equal(progressing?.reason, "ProgressDeadlineExceeded");
  assert.match(progressing?.message ?? "", /^ReplicaSet "web-\w+" has timed out progressing\.$/);
});
