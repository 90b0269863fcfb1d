/** The twin passes the runtime's contract in virtual time, and has what only a twin has. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SimWorld } from "#base/sim";
import { RuntimeBench, type RuntimeHarness } from "../../testing/runtime-bench.ts";
import { runtimeContract } from "../runtime.contract.ts";
import { parseShell } from "./shell.ts";
import { SimImages } from "./images.ts";
import { SimRuntime } from "./sim-runtime.ts";
import { SimStreams } from "./sim-streams.ts";

runtimeContract("SimRuntime", harness);

async function harness(): Promise<RuntimeHarness> {
  const world = new SimWorld("runtime");
  const env = world.env("n1");
  const images = new SimImages(env, {});
  const runtime = new SimRuntime(env, { images });
  const streams = new SimStreams({ runtime });
  return {
    env,
    images,
    runtime,
    streams,
    logs: streams,
    shellImage: "busybox:1.36",
    missingImage: "registry.invalid/app:1",
    run: (body) => world.run(body),
    [Symbol.asyncDispose]: async () => {},
  };
}

test("Shell scripts outside the language are not read: their programs are servers", () => {
  const read = (script: string): boolean => parseShell(script) !== undefined;
  assert.equal(read("touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600"), true);
  assert.equal(read("while true; do date; sleep 1; done"), true);
  assert.equal(read('trap "exit 0" TERM; sleep 10 & wait'), true);
  assert.equal(read("sleep 1 &> /tmp/out; cat </tmp/out 2>/dev/null >&2 2>&-"), true);
  assert.equal(read("cat << END"), false);
  assert.equal(read("cat <(date)"), false);
  assert.equal(read("echo >"), false);
  assert.equal(read("for i in 1 2 3; do echo $(date); done"), false);
  assert.equal(read("cat /etc/passwd | grep root"), false);
  assert.equal(read("while true; do sleep 1"), false);
});

test("a command that the language does not know answers at once, well, and says that it was not run", async () => {
  const twin = await harness();
  const bench = new RuntimeBench(twin);
  await twin.run(async () => {
    const id = await bench.start(await bench.sandbox("a"), "sleep 1000");
    for (const command of [["psql"], ["sh", "-c", "ps | grep x"]]) {
      const { exitCode, stdout, stderr } = await bench.runtime.execSync(id, command, 1, bench.signal);
      assert.deepEqual([exitCode, stdout], [0, ""]);
      assert.match(stderr, /^(psql|sh): not run, since this node is virtual\n$/);
    }
  });
});

test("Images of applications have a user of their own, shells are root's: who must not be root runs", () => {
  const images = new SimImages(new SimWorld("images").env("n1"), {});
  assert.equal(images.load("quay.io/jetstack/cert-manager-controller:v1.19.1").uid, 65_532);
  assert.equal(images.load("busybox").uid, undefined);
});
