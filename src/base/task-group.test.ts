/** Background work: who stops it, and who hears of its failure. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { OwnedTaskGroup } from "./task-group.ts";

/** A group and what it reported, as `path: message`. */
function makeGroup(): { group: OwnedTaskGroup; reports: string[] } {
  const reports: string[] = [];
  const group = new OwnedTaskGroup("root", (task, error) =>
    reports.push(`${task}: ${(error as Error).message}`),
  );
  return { group, reports };
}

function untilAborted(signal: AbortSignal, onEnd: () => void): Promise<void> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => {
      onEnd();
      reject(signal.reason);
    });
  });
}

test("Dispose aborts the tasks of a group and of its subgroups, waits for them, and is no failure", async () => {
  const { group, reports } = makeGroup();
  const ended: string[] = [];
  group.spawn("a", (signal) => untilAborted(signal, () => ended.push("a")));
  group.group("sub").spawn("b", (signal) => untilAborted(signal, () => ended.push("b")));
  group.spawn("slow", async (signal) => {
    await untilAborted(signal, () => {}).catch(() => {});
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    ended.push("slow");
  });
  await Promise.all([group[Symbol.asyncDispose](), group[Symbol.asyncDispose]()]);
  assert.deepEqual(ended.sort(), ["a", "b", "slow"]);
  assert.deepEqual(reports, []);
  await group.failed;
});

test("A failure aborts its group, is reported once, and stays with the owner of the group", async () => {
  const { group, reports } = makeGroup();
  const sub = group.group("sub");
  let aborted = false;
  sub.spawn("sibling", (signal) => untilAborted(signal, () => (aborted = true)));
  sub.spawn("bad", async () => {
    throw new Error("out of luck");
  });
  await assert.rejects(sub.failed, { message: "out of luck" });
  assert.ok(aborted);
  assert.equal(group.signal.aborted, false);
  assert.deepEqual(reports, ["root/sub/bad: out of luck"]);
});

test("The failure of a linked group is its parent's failure too", async () => {
  const { group, reports } = makeGroup();
  group
    .linked("child")
    .linked("grandchild")
    .spawn("bad", async () => {
      throw new Error("deep");
    });
  await assert.rejects(group.failed, { message: "deep" });
  assert.ok(group.signal.aborted);
  assert.deepEqual(reports, ["root/child/grandchild/bad: deep"]);
});

test("A disposed group starts nothing, and neither do its later subgroups", async () => {
  const { group } = makeGroup();
  await group[Symbol.asyncDispose]();
  let started = false;
  const run = async () => {
    started = true;
  };
  group.spawn("late", run);
  group.group("later").spawn("late", run);
  assert.equal(started, false);
});
