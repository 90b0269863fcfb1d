/**
 * What every container runtime must do, real or simulated: the suite that `sim/` passes in virtual time and
 * containerd in real time. Containers run `sh` of a busybox image, in the few words that the twin's shell
 * knows.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { RuntimeBench, type RuntimeHarness, sandboxOf } from "../testing/runtime-bench.ts";
import { RuntimeError } from "./errors.ts";
import { podUidLabel, terminationMessagePathAnnotation } from "./labels.ts";
import type { ContainerEvent, RuntimeService } from "./runtime.ts";
import { streamTests } from "./streams.contract.ts";
import { userTests } from "./users.contract.ts";

/** Registers the suite under `name`; each test has a runtime of its own. */
export function runtimeContract(name: string, make: () => Promise<RuntimeHarness>): void {
  const check = (title: string, body: (bench: RuntimeBench) => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      await using harness = await make();
      await harness.run(() => body(new RuntimeBench(harness)));
    });
  };
  sandboxTests(check);
  containerTests(check);
  stopTests(check);
  execTests(check);
  imageTests(check);
  eventTests(check);
  streamTests(check);
  userTests(check);
}

type Check = (title: string, body: (bench: RuntimeBench) => Promise<void>) => void;

function sandboxTests(check: Check): void {
  check("a sandbox runs with an address, and comes back with its labels and annotations", async (bench) => {
    const id = await bench.sandbox("a");
    const status = await bench.runtime.podSandboxStatus(id, bench.signal);
    assert.equal(status.state, "SANDBOX_READY");
    assert.equal(status.ips.length > 0, true);
    assert.equal(status.labels[podUidLabel], "a");
    assert.equal(status.annotations["note"], "kept");
    const listed = await bench.runtime.listPodSandbox({ labels: { [podUidLabel]: "a" } }, bench.signal);
    assert.deepEqual(
      listed.map((one) => one.id),
      [id],
    );
  });

  check("stopping a sandbox ends its containers and keeps them to look at", async (bench) => {
    const id = await bench.sandbox("a");
    const container = await bench.start(id, "sleep 1000");
    await bench.runtime.stopPodSandbox(id, bench.signal);
    assert.equal((await bench.runtime.podSandboxStatus(id, bench.signal)).state, "SANDBOX_NOTREADY");
    const status = await bench.runtime.containerStatus(container, bench.signal);
    assert.equal(status.state, "CONTAINER_EXITED");
    assert.equal(status.exitCode, 137);
  });

  check("removing a sandbox removes its containers, and doing it again is no error", async (bench) => {
    const id = await bench.sandbox("a");
    await bench.start(id, "sleep 1000");
    await bench.runtime.stopPodSandbox(id, bench.signal);
    await bench.runtime.removePodSandbox(id, bench.signal);
    await bench.runtime.removePodSandbox(id, bench.signal);
    assert.deepEqual(await bench.runtime.listPodSandbox({ id }, bench.signal), []);
    assert.deepEqual(await bench.runtime.listContainers({ podSandboxId: id }, bench.signal), []);
    await assert.rejects(bench.runtime.podSandboxStatus(id, bench.signal), hasCode("not-found"));
  });

  check("two sandboxes have different addresses", async (bench) => {
    const ids = [await bench.sandbox("a"), await bench.sandbox("b")];
    const statuses = await Promise.all(ids.map((id) => bench.runtime.podSandboxStatus(id, bench.signal)));
    assert.equal(new Set(statuses.flatMap((one) => one.ips)).size >= 2, true);
  });
}

function containerTests(check: Check): void {
  check("a container goes from created to running to exited, with its code and times", async (bench) => {
    const sandbox = await bench.sandbox("a");
    const id = await bench.create(sandbox, "sleep 2; exit 3");
    const created = await bench.runtime.containerStatus(id, bench.signal);
    assert.equal(created.state, "CONTAINER_CREATED");
    assert.equal(created.startedAtMs, 0);
    await bench.runtime.startContainer(id, bench.signal);
    const running = await bench.runtime.containerStatus(id, bench.signal);
    assert.equal(running.state, "CONTAINER_RUNNING");
    assert.equal(running.startedAtMs >= created.createdAtMs, true);
    const ended = await bench.ended(id);
    assert.deepEqual([ended.exitCode, ended.reason], [3, "Error"]);
    assert.equal(ended.finishedAtMs >= ended.startedAtMs + 1900, true);
    assert.equal(ended.annotations["note"], "kept");
  });

  check("a container that exits with 0 is Completed", async (bench) => {
    const id = await bench.start(await bench.sandbox("a"), "true");
    const ended = await bench.ended(id);
    assert.deepEqual([ended.exitCode, ended.reason], [0, "Completed"]);
  });

  check("arguments without a command stand in the place of the image's own", async (bench) => {
    const sandbox = await bench.sandbox("a");
    const more = { command: [], args: ["sh", "-c", "exit 7"] };
    const id = await bench.create(sandbox, "", more);
    await bench.runtime.startContainer(id, bench.signal);
    assert.equal((await bench.ended(id)).exitCode, 7);
  });

  check("what a container leaves at its termination message path comes with its status", async (bench) => {
    const sandbox = await bench.sandbox("a");
    const annotations = { [terminationMessagePathAnnotation]: "/dev/termination-log" };
    const id = await bench.create(sandbox, "echo farewell > /dev/termination-log; exit 1", { annotations });
    await bench.runtime.startContainer(id, bench.signal);
    assert.equal((await bench.ended(id)).message, "farewell\n");
  });

  check("a program that is not there fails the start with a StartError", async (bench) => {
    const sandbox = await bench.sandbox("a");
    const id = await bench.create(sandbox, "", { command: ["/nonexistent/program"] });
    await assert.rejects(bench.runtime.startContainer(id, bench.signal), RuntimeError);
    const status = await bench.runtime.containerStatus(id, bench.signal);
    assert.deepEqual([status.state, status.exitCode, status.reason], ["CONTAINER_EXITED", 128, "StartError"]);
  });

  check("lists filter by sandbox, label and state", async (bench) => {
    const [a, b] = [await bench.sandbox("a"), await bench.sandbox("b")];
    const running = await bench.start(a, "sleep 1000");
    const done = await bench.start(b, "true");
    await bench.ended(done);
    const ids = async (filter: Parameters<RuntimeService["listContainers"]>[0]): Promise<string[]> =>
      (await bench.runtime.listContainers(filter, bench.signal)).map((one) => one.id);
    assert.deepEqual(await ids({ podSandboxId: a }), [running]);
    assert.deepEqual(await ids({ labels: { [podUidLabel]: "b" } }), [done]);
    assert.deepEqual(await ids({ state: "CONTAINER_EXITED" }), [done]);
  });

  check("a container cannot be started twice", async (bench) => {
    const id = await bench.start(await bench.sandbox("a"), "sleep 1000");
    await assert.rejects(bench.runtime.startContainer(id, bench.signal), RuntimeError);
  });
}

function stopTests(check: Check): void {
  check("stop lets a container that minds SIGTERM end by itself", async (bench) => {
    const script = "trap 'exit 7' TERM; echo ready; sleep 1000 & wait";
    const id = await bench.ready(await bench.sandbox("a"), script);
    await bench.runtime.stopContainer(id, 10, bench.signal);
    assert.equal((await bench.runtime.containerStatus(id, bench.signal)).exitCode, 7);
  });

  check("stop kills a container that ignores SIGTERM when its time is over", async (bench) => {
    const script = "trap '' TERM; echo ready; while true; do sleep 1; done";
    const id = await bench.ready(await bench.sandbox("a"), script);
    const began = bench.env.clock.monotonic();
    await bench.runtime.stopContainer(id, 3, bench.signal);
    assert.equal(bench.env.clock.monotonic() - began >= 2900, true);
    assert.equal((await bench.runtime.containerStatus(id, bench.signal)).exitCode, 137);
  });

  check("stop and remove of what has ended or is gone succeed", async (bench) => {
    const id = await bench.start(await bench.sandbox("a"), "true");
    await bench.ended(id);
    await bench.runtime.stopContainer(id, 3, bench.signal);
    await bench.runtime.removeContainer(id, bench.signal);
    await bench.runtime.removeContainer(id, bench.signal);
    await assert.rejects(bench.runtime.containerStatus(id, bench.signal), hasCode("not-found"));
  });
}

function execTests(check: Check): void {
  check("exec gives output and exit code, and sees the container's files", async (bench) => {
    const script = "echo hello > /tmp/greeting; echo ready; sleep 1000";
    const id = await bench.ready(await bench.sandbox("a"), script);
    const good = await bench.runtime.execSync(id, ["cat", "/tmp/greeting"], 5, bench.signal);
    assert.deepEqual([good.stdout, good.exitCode], ["hello\n", 0]);
    const bad = await bench.runtime.execSync(id, ["sh", "-c", "exit 4"], 5, bench.signal);
    assert.equal(bad.exitCode, 4);
  });

  check("streams of programs go where a shell sends them", async (bench) => {
    const id = await bench.start(await bench.sandbox("a"), "sleep 1d");
    const rows: readonly (readonly [script: string, stdout: string, stderr: string])[] = [
      ["echo out; echo err >&2", "out\n", "err\n"],
      ["echo a > /tmp/f 2>&1; echo b >> /tmp/f; cat < /tmp/f", "a\nb\n", ""],
      ["seq 3 > /tmp/s; : > /tmp/e; cat /tmp/s /tmp/e", "1\n2\n3\n", ""],
      ["cat /none 2> /dev/null || echo none", "none\n", ""],
      ["sh -c 'echo in; echo err >&2' 2>&1 > /dev/null", "err\n", ""],
      ["cat < /tmp/s > /dev/stderr; echo 2 >&1", "2\n", "1\n2\n3\n"],
      ["cat < /none 2> /dev/null; sleep 0m; cat /etc/hostname > /dev/null && echo on", "on\n", ""],
    ];
    for (const [script, stdout, stderr] of rows) {
      const seen = await bench.runtime.execSync(id, ["sh", "-c", script], 5, bench.signal);
      const errors = script.includes("/none") ? "" : seen.stderr;
      assert.deepEqual([seen.stdout, errors], [stdout, stderr], script);
    }
  });

  check("exec that takes too long fails with timeout", async (bench) => {
    const id = await bench.start(await bench.sandbox("a"), "sleep 1000");
    await assert.rejects(bench.runtime.execSync(id, ["sleep", "30"], 1, bench.signal), hasCode("timeout"));
  });

  check("exec in a container that has ended is refused", async (bench) => {
    const id = await bench.start(await bench.sandbox("a"), "true");
    await bench.ended(id);
    await assert.rejects(bench.runtime.execSync(id, ["true"], 5, bench.signal), RuntimeError);
  });
}

function imageTests(check: Check): void {
  check("an image that was pulled is listed, found by name and id, and can be removed", async (bench) => {
    await bench.images.pullImage(bench.shellImage, undefined, sandboxOf("a"), bench.signal);
    const image = await bench.images.imageStatus(bench.shellImage, bench.signal);
    assert.ok(image);
    assert.equal(image.sizeBytes > 0, true);
    assert.equal((await bench.images.imageStatus(image.id, bench.signal))?.id, image.id);
    assert.equal(
      (await bench.images.listImages(bench.signal)).some((one) => one.id === image.id),
      true,
    );
    await bench.images.removeImage(bench.shellImage, bench.signal);
    await bench.images.removeImage(bench.shellImage, bench.signal);
    assert.equal(await bench.images.imageStatus(bench.shellImage, bench.signal), undefined);
  });

  check("an image that cannot be had fails its pull", async (bench) => {
    const pull = bench.images.pullImage(bench.missingImage, undefined, sandboxOf("a"), bench.signal);
    await assert.rejects(pull, RuntimeError);
    assert.equal(await bench.images.imageStatus(bench.missingImage, bench.signal), undefined);
  });
}

function eventTests(check: Check): void {
  check("events tell a container's life in order, with the labels of its pod", async (bench) => {
    const seen: ContainerEvent[] = [];
    const stop = new AbortController();
    const { promise: open, resolve } = Promise.withResolvers<void>();
    const reading = (async () => {
      for await (const event of bench.runtime.containerEvents(resolve, stop.signal)) {
        seen.push(event);
        if (event.type === "STOPPED") return;
      }
    })();
    await open;
    const id = await bench.start(await bench.sandbox("a"), "exit 1");
    await bench.ended(id);
    await reading;
    stop.abort();
    const own = seen.filter((one) => one.containerId === id);
    assert.deepEqual(
      own.map((one) => one.type),
      ["CREATED", "STARTED", "STOPPED"],
    );
    assert.equal(
      own.every((one) => one.labels[podUidLabel] === "a"),
      true,
    );
  });
}

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof RuntimeError && error.code === code;
}
