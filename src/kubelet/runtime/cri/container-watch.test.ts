/** What two looks at a runtime's lists tell of what happened between them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { changes } from "./container-watch.ts";

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
