/** What of the kernel's tracked flows is stale when endpoints change. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { staleFlows } from "./flows.ts";

const [dns, ntp] = ["10.96.0.10 . udp . 53", "10.96.0.11 . udp . 123"];
const [a, b] = ["10.244.0.2 . 53", "10.244.0.3 . 53"];

type Draft = Readonly<Record<string, readonly string[]>>;

const table: readonly (readonly [what: string, before: Draft, after: Draft, stale: readonly string[]])[] = [
  ["nothing changed", { [dns]: [a, b] }, { [dns]: [b, a] }, []],
  ["one went", { [dns]: [a, b] }, { [dns]: [b] }, [`${dns} -> ${a}`]],
  ["one came beside another", { [dns]: [a] }, { [dns]: [a, b] }, []],
  ["one took the place of another", { [dns]: [a] }, { [dns]: [b] }, [`${dns} -> ${a}`]],
  ["the last went", { [dns]: [a] }, { [dns]: [] }, [dns]],
  ["the first came", { [dns]: [] }, { [dns]: [a] }, [dns]],
  ["a service came", {}, { [dns]: [a] }, [dns]],
  ["a service came without endpoints", {}, { [dns]: [] }, []],
  ["a service went", { [dns]: [a], [ntp]: [b] }, { [ntp]: [b] }, [dns]],
];

for (const [what, before, after, expected] of table) {
  test(`Stale flows when ${what}`, () => {
    const found = staleFlows(new Map(Object.entries(before)), new Map(Object.entries(after)));
    const text = found.map(({ frontend, endpoint }) => [
      frontend,
      ...(endpoint === undefined ? [] : [endpoint]),
    ]);
    assert.deepEqual(
      text.map((parts) => parts.join(" -> ")),
      expected,
    );
  });
}
