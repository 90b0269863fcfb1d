/**
 * Each controller is crashed after each of its API calls: the process comes back with nothing but the API to go by, and
 * the life ends with the same objects, made and deleted as often as without crashes.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { controllers } from "#controllers";
import type { AnsweredCall } from "./harness/audited-transport.ts";
import { type RunOptions, type RunResult, runLife } from "./harness/run.ts";

const seed = "crash points";
const lives = ["deployment", "others"] as const;
const peaceful = {
  disturbed: false,
  managers: 1,
  leaderElect: false,
  slowestMs: 0,
  restartMs: () => 10,
} as const satisfies RunOptions;

function isCallOf(user: string, { user: caller, path }: AnsweredCall): boolean {
  return caller === `system:serviceaccount:kube-system:${user}` && !path.endsWith("/events");
}

/** Reads and failed calls are crashed after once only: their repetition is the same again. */
function afterEachCallOf(user: string): (call: AnsweredCall) => boolean {
  const once = new Set<string>();
  return (call) => {
    if (!isCallOf(user, call)) return false;
    const { method, path, status } = call;
    if (method !== "GET" && status < 400) return true;
    return once.size < once.add(`${method} ${path}`).size;
  };
}

interface Undisturbed {
  readonly calls: readonly AnsweredCall[];
  readonly run: RunResult;
}

const undisturbed = new Map<(typeof lives)[number], Undisturbed>();
for (const life of lives) {
  const calls: AnsweredCall[] = [];
  const crashAfter = (call: AnsweredCall): boolean => calls.push(call) < 0;
  undisturbed.set(life, { calls, run: await runLife(seed, { ...peaceful, life, crashAfter }) });
}

for (const [life, { run }] of undisturbed) {
  test(`The undisturbed life "${life}" holds its promises`, () => {
    assert.equal(run.findings, "");
  });
}

for (const { name, user } of controllers) {
  const writes = ({ calls }: Undisturbed): boolean =>
    calls.some((call) => isCallOf(user, call) && call.method !== "GET");
  const found = [...undisturbed].find(([, one]) => writes(one));
  test(`${name} may crash after each of its calls`, async (context) => {
    assert.ok(found !== undefined, "it writes nothing in any life: one has to be lived in which it does");
    const [life, { run: expected }] = found;
    const run = await runLife(seed, { ...peaceful, life, crashAfter: afterEachCallOf(user) });
    const crashes = run.crashPoints.get("cm-0") ?? 0;
    context.diagnostic(`${name}: ${crashes} crashes`);
    assert.ok(crashes > 0);
    assert.equal(run.findings, "");
    assert.deepEqual(run.endState, expected.endState);
    assert.deepEqual(sorted(run.creations), sorted(expected.creations), "creations");
    assert.deepEqual(sorted(run.deletions), sorted(expected.deletions), "deletions");
  });
}

function sorted(counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}
