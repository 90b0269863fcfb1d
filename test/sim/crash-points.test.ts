/**
 * Each controller is crashed after each of its API calls: the process comes back with nothing but the API to go by, and
 * the life ends with the same objects, made and deleted as often as without crashes.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { controllers } from "#controllers";
import type { AnsweredCall } from "./harness/audited-transport.ts";
import { type RunResult, runLife } from "./harness/run.ts";

const peaceful = { disturbed: false, managers: 1, leaderElect: false, restartMs: () => 10 } as const;

/** A failed call is crashed after once only: its repetition may fail again. */
function afterEachCallOf(user: string): (call: AnsweredCall) => boolean {
  const failed = new Set<string>();
  return ({ user: caller, method, path, status }) => {
    if (
      caller !== `system:serviceaccount:kube-system:${user}` ||
      method === "GET" ||
      path.endsWith("/events")
    )
      return false;
    if (status < 400) return true;
    const call = `${method} ${path}`;
    if (failed.has(call)) return false;
    failed.add(call);
    return true;
  };
}

let undisturbed: RunResult | undefined;

for (const { name, user } of controllers) {
  test(`${name} may crash after each of its calls`, async (context) => {
    undisturbed ??= await runLife("crash points", peaceful);
    assert.equal(undisturbed.findings, "");
    const run = await runLife("crash points", { ...peaceful, crashAfter: afterEachCallOf(user) });
    context.diagnostic(`${run.crashPoints.get("cm-0") ?? 0} crashes`);
    assert.equal(run.findings, "");
    assert.deepEqual(run.endState, undisturbed.endState);
    assert.deepEqual(sorted(run.creations), sorted(undisturbed.creations), "creations");
    assert.deepEqual(sorted(run.deletions), sorted(undisturbed.deletions), "deletions");
  });
}

function sorted(counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}
