/**
 * A Deployment's life in simulated clusters, from as many seeds as fit the gate: faults of every class, every component
 * crashed after API calls of its own, all invariants after each commit, and the same end as without faults. A machine
 * too slow for that goes on until every fault was seen. SIM_SECONDS makes it longer, SIM_FIRST begins elsewhere.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { faults } from "./harness/faults.ts";
import { type ChildResult, onTwoCores, runSeeds } from "./harness/children.ts";
import { type LifeName, runLife } from "./harness/run.ts";

const seconds = Number(process.env["SIM_SECONDS"] ?? 70);
const first = Number(process.env["SIM_FIRST"] ?? 1);
/** More seeds than any machine needs to have seen every fault. */
const enough = 40;
const components = ["cm-0", "cm-1", "scheduler", "scheduler-1", "node-0", "node-1", "node-2"];

test("A Deployment's life holds its promises under faults, and ends as an undisturbed one", async (context) => {
  const ends = { deployment: await calmEnd("deployment"), others: await calmEnd("others") };
  const results = await runFrom(first, 100_000);
  while (unseen(results).length > 0 && results.length < enough)
    results.push(...(await runFrom(Math.max(...results.map(({ seed }) => Number(seed))) + 1, 1)));
  context.diagnostic(summary(results));
  for (const { seed, life, findings, endState } of results) {
    const replay = `replay it with: npm run sim -- ${seed}`;
    assert.equal(findings, "", `seed ${seed} broke a promise, ${replay}`);
    assert.deepEqual(endState, ends[life], `seed ${seed} ended elsewhere, ${replay}`);
  }
  assert.deepEqual(unseen(results), []);
});

/** Where a life without faults ends, but for what they may change. */
async function calmEnd(life: LifeName): Promise<readonly string[]> {
  const { findings, endState } = await runLife("calm", { life, disturbed: false });
  assert.equal(findings, "");
  return endState.map((line) => line.replace(/ revision \d+/, "")).sort();
}

/** Storms that have found what none of the gate's other seeds are sure to find, by what went wrong. */
const named = [
  { storm: "clock jump", seed: "7", bug: "a sandbox of before the clock was set back passed for the newest" },
];

for (const { storm, seed, bug } of named) {
  test(`A storm that has found a bug finds none: ${bug}`, async () => {
    const { findings } = await runLife(seed, { storm });
    assert.equal(findings, "", `replay it with: npm run sim -- ${seed} 1 "${storm}"`);
  });
}

/** Seeds from `from` on, on each of two cores until the time is over, or `count` are done. */
async function runFrom(from: number, count: number): Promise<ChildResult[]> {
  const jobs = [0, 1].map((at) => () => runSeeds({ first: from + at, step: 2, count, seconds }));
  return (await onTwoCores(jobs)).flat();
}

/** What did not happen: `"compaction behind everybody's back"`, `"scheduler crashed after a call"`. */
function unseen(results: readonly ChildResult[]): readonly string[] {
  const injected = total(results, (result) => result.faults);
  const crashed = total(results, (result) => result.crashPoints);
  return [
    ...faults.map(({ name }) => name).filter((name) => !injected.get(name)),
    ...components.filter((host) => !crashed.get(host)).map((host) => `${host} crashed after a call`),
  ];
}

function summary(results: readonly ChildResult[]): string {
  const sum = (of: (result: ChildResult) => number): number => results.reduce((all, one) => all + of(one), 0);
  const table = (of: (result: ChildResult) => Readonly<Record<string, number>>): string =>
    [...total(results, of)].map(([name, count]) => `\n  ${String(count).padStart(6)}  ${name}`).join("");
  return (
    `${results.length} seeds, ${sum(({ simulatedHours }) => simulatedHours).toFixed(1)} simulated hours, ` +
    `${sum(({ commits }) => commits)} commits\nfaults:${table(({ faults: counts }) => counts)}\n` +
    `crashes right after an API call:${table(({ crashPoints }) => crashPoints)}`
  );
}

function total(
  results: readonly ChildResult[],
  of: (result: ChildResult) => Readonly<Record<string, number>>,
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const result of results)
    for (const [name, count] of Object.entries(of(result))) sums.set(name, (sums.get(name) ?? 0) + count);
  return sums;
}
