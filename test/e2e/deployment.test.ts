/** What a new user does first, on a real node: load an image, deploy it, look at it, stop, go on. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root, run } from "../testing/program.ts";
import { onOwnMachine } from "./harness/own-machine.ts";
import { findProgram } from "../testing/find-program.ts";
import { mountPoints, shims } from "./harness/remains.ts";
import { WebMachine } from "./harness/web-machine.ts";

const navarch = join(root, "bin/navarch");
const skip = findProgram("kubectl") === undefined ? "needs kubectl" : false;

onOwnMachine(import.meta.filename, () => {
  test("a Deployment runs as containers, outlives killed programs, and leaves nothing when it ends", {
    skip,
  }, async () => {
    await using machine = new WebMachine();
    const mounts = new Set(mountPoints());
    // What the machine below takes away meanwhile is not ours.
    const added = (): readonly string[] => mountPoints().filter((path) => !mounts.has(path));
    await machine.up();
    assert.match(machine.output, /Pods run on this machine, as containers\./);
    await machine.deploy(2);
    assert.deepEqual(await machine.pages(), ["hello\n", "hello\n"]);

    await machine.kubectl(
      "expose",
      "deployment",
      "web",
      "--port=80",
      "--target-port=8080",
      "--type=ClusterIP",
    );
    await machine.servesAt("jsonpath=http://{.spec.clusterIP}:80");

    const before = shims();
    assert.equal(before.length, 2);
    await machine.stop("SIGKILL");
    await machine.up();
    await machine.kubectl("wait", "--for=condition=Ready", "node", "--all", "--timeout=20s");
    assert.deepEqual(shims(), before);
    assert.deepEqual(await machine.pages(), ["hello\n", "hello\n"]);
    assert.doesNotMatch(await machine.kubectl("get", "pods"), / [1-9]\d* +\d+s/);

    process.kill(Number(readFileSync(join(machine.data, "containerd/containerd.pid"), "utf8")), "SIGKILL");
    assert.deepEqual(shims(), before);
    await machine.kubectl("scale", "deployment", "web", "--replicas=3");
    await machine.rolledOut();
    assert.deepEqual(await machine.pages(), ["hello\n", "hello\n", "hello\n"]);
    assert.deepEqual(
      before.filter((id) => !shims().includes(id)),
      [],
    );

    await machine.stop("SIGTERM");
    assert.deepEqual(shims(), []);
    assert.deepEqual(added(), []);
    const links = await run("ip", ["-brief", "link"]);
    assert.doesNotMatch(links.stdout, /veth/);
    assert.equal((await run("nft", ["list", "tables"])).stdout, "");

    await machine.up();
    await machine.rolledOut();
    assert.deepEqual(await machine.pages(), ["hello\n", "hello\n", "hello\n"]);

    await machine.stop("SIGKILL");
    const down = await run(navarch, ["down", "--purge", "--data", machine.data], machine.environment);
    assert.deepEqual([down.code, down.stderr], [0, ""]);
    assert.deepEqual([shims(), added(), existsSync(machine.data)], [[], [], false]);
  });
});
