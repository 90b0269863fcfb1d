/** The event queue against a sorted list. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { EventQueue, type SimEvent } from "./event-queue.ts";
import { SimWorld } from "./world.ts";

function drain(queue: EventQueue): number[] {
  const order: number[] = [];
  for (let event = queue.take(); event !== undefined; event = queue.take()) order.push(Number(event.label));
  return order;
}

test("Events come by time, and those of one instant in the order of their asking", () => {
  const { random } = new SimWorld("queue");
  const queue = new EventQueue();
  const times = Array.from({ length: 3_000 }, () => random.below(200));
  times.forEach((time, index) => queue.add(time, String(index), () => {}));
  const expected = times.map((_, index) => index).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
  assert.equal(queue.size, 3_000);
  assert.deepEqual(drain(queue), expected);
});

test("Cancelled events do not come, however many there are", () => {
  const { random } = new SimWorld("cancel");
  const queue = new EventQueue();
  const events: SimEvent[] = [];
  for (let index = 0; index < 5_000; index++) {
    events.push(queue.add(random.below(100), String(index), () => {}));
  }
  const kept = new Set<number>();
  events.forEach((event, index) => {
    if (random.below(10) === 0) kept.add(index);
    else queue.cancel(event);
  });
  for (const event of events.slice(0, 10)) if (event.run === undefined) queue.cancel(event);
  assert.equal(queue.size, kept.size);
  assert.deepEqual(new Set(drain(queue)), kept);
  assert.equal(queue.nextTimeMs(), undefined);
});

test("An owner's events can be taken back together", () => {
  const queue = new EventQueue();
  const [mine, yours] = [{}, {}];
  for (let index = 0; index < 6; index++)
    queue.add(index, String(index), () => {}, index % 2 === 0 ? mine : yours);
  queue.cancelOwned(mine);
  assert.deepEqual(drain(queue), [1, 3, 5]);
});
