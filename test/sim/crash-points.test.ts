/**
 * Each controller is crashed after each of its API calls: the process comes back with nothing but the API to go by, and
 * the life ends with the same objects, made and deleted as often as without crashes.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { controllers } from "#controllers";
import type { AnsweredCall } from "./harness/audited-transport.ts";
import { runLife } from "./harness/run.ts";

const seed = "crash points";
const peaceful = {
  disturbed: false,
  managers: 1,
  leaderElect: false,
  slowestMs: 0,
  restartMs: () => 10,
} as const;

function isWriteOf(user: string, { user: caller, method, path }: AnsweredCall): boolean {
  return (
    caller === `system:serviceaccount:kube-system:${user}` && method !== "GET" && !path.endsWith("/events")
  );
}

/** A failed call is crashed after once only: its repetition may fail again. */
function afterEachCallOf(user: string): (call: AnsweredCall) => boolean {
  const failed = new Set<string>();
  return (call) => {
    if (!isWriteOf(user, call)) return false;
    const text = `${call.method} ${call.path}`;
    if (call.status < 400) return true;
    return failed.size < failed.add(text).size;
  };
}

const calls: AnsweredCall[] = [];
const undisturbed = await runLife(seed, {
  ...peaceful,
  crashAfter: (call) => {
    calls.push(call);
    return false;
  },
});

test("The undisturbed life holds its promises", () => {
  assert.equal(undisturbed.findings, "");
});

for (const { name, user } of controllers) {
  const skip = calls.some((call) => isWriteOf(user, call)) ? false : "it writes nothing in this life";
  test(`${name} may crash after each of its calls`, { skip }, async (context) => {
    const run = await runLife(seed, { ...peaceful, crashAfter: afterEachCallOf(user) });
    const crashes = run.crashPoints.get("cm-0") ?? 0;
    context.diagnostic(`${crashes} crashes`);
    assert.ok(crashes > 0);
    assert.equal(run.findings, "");
    assert.deepEqual(run.endState, undisturbed.endState);
    assert.deepEqual(sorted(run.creations), sorted(undisturbed.creations), "creations");
    assert.deepEqual(sorted(run.deletions), sorted(undisturbed.deletions), "deletions");
  });
}

function sorted(counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}
