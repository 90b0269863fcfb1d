/** What containerd's events say of the lists. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { encode, message } from "#base/rpc";
import { hintOf } from "./containerd-events.ts";

/** As containerd tells of the end of a program. */
function exit(containerId: string, id: string): Uint8Array {
  const told = { containerId: [1, "text"], id: [2, "text"], pid: [3, "int"], status: [4, "int"] } as const;
  return encode(message(told), { containerId, id, pid: 4711, status: 1 });
}

test("the end of a container is told, that of a probe in it is not", () => {
  assert.equal(hintOf("/tasks/exit", exit("c1", "c1")), "ended");
  assert.equal(hintOf("/tasks/exit", exit("c1", "probe")), undefined);
  assert.equal(hintOf("/tasks/start", new Uint8Array([8, 1])), "changed");
});
