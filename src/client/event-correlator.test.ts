/** Counting, combining and dropping of events. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { EventCorrelator, type Happening } from "./event-correlator.ts";

const happening = (message: string, name = "web-0"): Happening => ({
  involved: { apiVersion: "v1", kind: "Pod", namespace: "a", name, uid: `uid-${name}` },
  type: "Warning",
  reason: "BackOff",
  message,
  component: "kubelet",
  host: "n1",
});

/** What becomes of `messages`, one a minute, when each creation is written. */
function judged(messages: readonly string[], stepMs = 60_000): string[] {
  const correlator = new EventCorrelator();
  return messages.map((message, at) => {
    const verdict = correlator.judge(happening(message), at * stepMs);
    if (verdict.kind === "drop") return "drop";
    const count = verdict.kind === "count" ? verdict.known.count + 1 : 1;
    const written = { namespace: "a", name: `e${at}`, count, firstTimestamp: "" };
    correlator.wrote(verdict.countKey, written);
    return `${verdict.kind} ${count} ${verdict.message}`;
  });
}

test("The same event again is counted in the first object", () => {
  assert.deepEqual(judged(["x", "x", "y"]), ["create 1 x", "count 2 x", "create 1 y"]);
});

test("From the tenth text on, events alike but for it are combined into one object", () => {
  const results = judged(Array.from({ length: 12 }, (_, at) => `m${at}`));
  assert.deepEqual(results.slice(8), [
    "create 1 m8",
    "create 1 (combined from similar events): m9",
    "count 2 (combined from similar events): m10",
    "count 3 (combined from similar events): m11",
  ]);
});

test("Texts ten minutes apart are not combined", () => {
  const results = judged(
    Array.from({ length: 12 }, (_, at) => `m${at}`),
    601_000,
  );
  assert.equal(results.at(-1), "create 1 m11");
});

test("One source writes 25 events about an object at once, then one per five minutes", () => {
  const results = judged(
    Array.from({ length: 30 }, () => "x"),
    0,
  );
  assert.equal(results.filter((result) => result === "drop").length, 5);
  const slow = judged([...Array.from({ length: 25 }, () => "x"), "x", "x"], 150_000);
  assert.equal(slow.includes("drop"), false);
});
