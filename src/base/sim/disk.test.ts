/** The simulated disk passes the disk contract, and loses what a power cut may take. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { diskContract } from "../disk.contract.ts";
import { type Disk, replaceFile } from "../disk.ts";
import { SimWorld } from "./world.ts";

diskContract("SimDisks", () => {
  const world = new SimWorld("disk contract");
  return { disk: world.disks.of(world.env("a")), run: (fn) => world.run(fn) };
});

async function textOf(world: SimWorld, path: string): Promise<string | undefined> {
  const disk = world.disks.of(world.env("a"));
  return world.run(async () => {
    if (!(await disk.list("")).includes(path)) return undefined;
    return Buffer.from(await disk.read(path)).toString();
  });
}

async function appendAll(disk: Disk, path: string, parts: readonly string[]): Promise<void> {
  const file = await disk.append(path);
  for (const part of parts) await file.append(Buffer.from(part));
}

test("A process crash keeps what was written, a power cut only what was synced", async () => {
  const ends = new Set<string>();
  let torn = 0;
  for (let seed = 0; seed < 40; seed++) {
    const world = new SimWorld(seed);
    const disk = world.disks.of(world.env("a"));
    await world.run(async () => {
      await replaceFile(disk, "log", Buffer.from("safe."));
      await appendAll(disk, "log", ["un", "safe"]);
    });
    world.crash("a");
    assert.equal(await textOf(world, "log"), "safe.unsafe");
    world.powerCut("a");
    const left = (await textOf(world, "log")) ?? "";
    assert.ok("safe.unsafe".startsWith(left) && left.startsWith("safe."), left);
    ends.add(left);
    torn += world.faults.of("tornWrite");
  }
  assert.ok(ends.has("safe.") && ends.has("safe.unsafe"), "both ends happen");
  assert.ok(ends.size > 3 && torn > 0, "and so do torn writes");
});

test("A name that was not synced may be gone after a power cut, in the order of the changes", async () => {
  const outcomes = new Set<string>();
  for (let seed = 0; seed < 30; seed++) {
    const world = new SimWorld(seed);
    const disk = world.disks.of(world.env("a"));
    await world.run(async () => {
      await appendAll(disk, "first", []);
      await appendAll(disk, "second", []);
    });
    world.powerCut("a");
    const names = await world.run(() => world.disks.of(world.env("a")).list(""));
    outcomes.add(names.join());
  }
  assert.deepEqual([...outcomes].sort(), ["", "first", "first,second"]);
});

test("A full disk takes a part of an append and says so", async () => {
  const world = new SimWorld("full");
  const disk = world.disks.of(world.env("a"));
  world.disks.limitSpace("a", 6);
  await assert.rejects(
    world.run(() => appendAll(disk, "log", ["1234", "5678"])),
    { code: "full" },
  );
  assert.equal(await textOf(world, "log"), "123456");
  assert.equal(world.faults.of("diskFull"), 1);
});

test("What a failed sync covered never becomes durable, though a later sync succeeds", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const world = new SimWorld(seed);
    const disk = world.disks.of(world.env("a"));
    await world.run(async () => {
      const file = await disk.append("log");
      await file.append(Buffer.from("safe."));
      await file.sync();
      await disk.syncDirectory("");
      await file.append(Buffer.from("doomed."));
      world.disks.failSyncs("a", 1);
      await assert.rejects(file.sync(), { code: "syncFailed" });
      await file.sync();
    });
    assert.equal(await textOf(world, "log"), "safe.doomed.");
    world.powerCut("a");
    if ((await textOf(world, "log")) === "safe.") return;
  }
  assert.fail("every power cut kept what was not durable");
});
