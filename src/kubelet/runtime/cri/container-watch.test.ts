/** What two looks at a runtime's lists tell of what happened between them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SimWorld } from "#base/sim";
import { changes, watchContainers } from "./container-watch.ts";

type Entries = Parameters<typeof changes>[0];
type State = NonNullable<ReturnType<Entries["get"]>>["state"];

function looked(states: Readonly<Record<string, State>>): Entries {
  const entry = (id: string, state: State) => ({
    sandboxId: "s",
    containerId: id === "s" ? "" : id,
    labels: {},
    state,
  });
  return new Map(Object.entries(states).map(([id, state]) => [id, entry(id, state)]));
}

const table: readonly (readonly [
  title: string,
  before: Parameters<typeof looked>[0],
  now: Parameters<typeof looked>[0],
  events: readonly string[],
])[] = [
  ["nothing", { a: "CONTAINER_RUNNING" }, { a: "CONTAINER_RUNNING" }, []],
  ["a new sandbox has started", {}, { s: "SANDBOX_READY" }, ["STARTED s"]],
  ["a sandbox that ended", { s: "SANDBOX_READY" }, { s: "SANDBOX_NOTREADY" }, ["STOPPED s"]],
  ["a whole life between two looks", {}, { a: "CONTAINER_EXITED" }, ["CREATED a", "STARTED a", "STOPPED a"]],
  ["a start", { a: "CONTAINER_CREATED" }, { a: "CONTAINER_RUNNING" }, ["STARTED a"]],
  [
    "an end and a removal",
    { a: "CONTAINER_RUNNING", b: "CONTAINER_EXITED" },
    { a: "CONTAINER_EXITED" },
    ["STOPPED a", "DELETED b"],
  ],
];

for (const [title, before, now, events] of table) {
  test(`changes() tells of ${title}`, () => {
    const told = changes(looked(before), looked(now)).map(
      ([type, { containerId, sandboxId }]) => `${type} ${containerId || sandboxId}`,
    );
    assert.deepEqual(told, events);
  });
}

const listed = {
  id: "a",
  podSandboxId: "s",
  name: "main",
  attempt: 0,
  createdAtMs: 0,
  image: "image",
  imageRef: "image",
  labels: {},
  annotations: {},
};

test("an end that the runtime tells nobody of, since it does not know its listener yet, is found soon", () => {
  const world = new SimWorld("an end before the first hint");
  return world.run(async () => {
    const { clock } = world.env("node");
    let state: "CONTAINER_RUNNING" | "CONTAINER_EXITED" = "CONTAINER_RUNNING";
    const runtime = {
      listPodSandbox: async () => [],
      listContainers: async () => [{ ...listed, state }],
    };
    const stop = new AbortController();
    const silent = async function* (signal: AbortSignal): AsyncGenerator<"ended"> {
      await clock.sleep(60_000, signal);
      yield "ended";
    };
    const ends = (): void => {
      state = "CONTAINER_EXITED";
    };
    const events = watchContainers(world.env("watch"), { runtime, hints: silent }, ends, stop.signal);
    const began = clock.monotonic();
    const { value } = await events.next();
    assert.equal(value?.type, "STOPPED");
    assert.ok(clock.monotonic() - began < 1_000);
    stop.abort();
    await events.return(undefined);
  });
});
