/** What a new user does first, on a real node: load an image, deploy it, look at it, stop, go on. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ociArchive } from "../../src/kubelet/runtime/containerd/oci-image.ts";
import { freePort, Program, root, run } from "../testing/program.ts";
import { onOwnMachine } from "./harness/own-machine.ts";
import { findProgram } from "../testing/find-program.ts";
import { busybox } from "./harness/test-images.ts";

const navarch = join(root, "bin/navarch");
const skip = findProgram("kubectl") === undefined ? "needs kubectl" : false;

/** A server that ends when it is asked to. */
const server = "httpd -p 8080 -h /www; trap 'exit 0' TERM; while true; do sleep 60 & wait $!; done";

interface PodRow {
  readonly status: { readonly podIP?: string };
}

/** A cluster on this machine, by its program. */
class Machine {
  readonly folder = mkdtempSync("/run/navarch-e2e-");
  readonly data = join(this.folder, "data");
  readonly environment = { KUBECONFIG: join(this.folder, "kubeconfig") };
  #program: Program | undefined;

  async up(): Promise<void> {
    const listen = `127.0.0.1:${await freePort()}`;
    const files = ["--data", this.data, "--kubeconfig", join(this.folder, "kubeconfig")];
    this.#program = new Program(["up", "--node", "real", "--listen", listen, ...files]);
    await this.#program.printed(/is ready at/);
    assert.match(this.#program.output, /Pods run on this machine, as containers\./);
  }

  async stop(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    await this.#program?.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGTERM");
  }

  async kubectl(...args: readonly string[]): Promise<string> {
    const ended = await run("kubectl", args, this.environment);
    assert.equal(ended.code, 0, `kubectl ${args.join(" ")}: ${ended.stderr}\n${this.#program?.output}`);
    return ended.stdout;
  }

  async pods(): Promise<readonly PodRow[]> {
    return (JSON.parse(await this.kubectl("get", "pods", "-o", "json")) as { items: PodRow[] }).items;
  }

  /** The text that each pod's server gives. */
  async pages(): Promise<readonly string[]> {
    const ips = (await this.pods()).map((pod) => pod.status.podIP ?? "");
    return Promise.all(ips.map(async (ip) => (await fetch(`http://${ip}:8080/`)).text()));
  }

  /** Waits until the Service `web` answers there; connections are refused until the proxy has its endpoints. */
  async servesAt(address: string): Promise<void> {
    const url = await this.kubectl("get", "service", "web", "-o", address);
    for (let tries = 0; ; tries += 1) {
      const text = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
        (answer) => answer.text(),
        (error: Error) => error,
      );
      if (text === "hello\n") return;
      if (tries === 20) throw new Error(`Nothing answers at ${url}`, { cause: text });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Ids of the containers that run now, by the processes that hold them. */
  shims(): readonly string[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => commandOf(pid))
      .filter((command) => command.includes("containerd-shim"))
      .map((command) => /-id\0(\w+)/.exec(command)?.[1] ?? "")
      .sort();
  }
}

function mountPoints(): readonly string[] {
  const lines = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  return lines.map((line) => line.split(" ")[4] ?? "");
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    // It has just ended.
    return "";
  }
}

onOwnMachine(import.meta.filename, () => {
  test("a Deployment runs as containers, outlives killed programs, and leaves nothing when it ends", {
    skip,
  }, async () => {
    await using machine = new Machine();
    const mounts = mountPoints();
    await machine.up();
    const archive = join(machine.folder, "web.tar");
    const image = "docker.io/library/web:1";
    writeFileSync(archive, ociArchive([busybox(image, ["sh", "-c", server])]));
    const loaded = await run(navarch, ["image", "load", archive, "--data", machine.data]);
    assert.deepEqual([loaded.stdout, loaded.stderr, loaded.code], [`${image}\n`, "", 0]);

    await machine.kubectl("create", "deployment", "web", "--image=web:1", "--replicas=2");
    await machine.kubectl("rollout", "status", "deployment", "web", "--timeout=60s");
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

    const before = machine.shims();
    assert.equal(before.length, 2);
    await machine.stop("SIGKILL");
    await machine.up();
    await machine.kubectl("wait", "--for=condition=Ready", "node", "--all", "--timeout=20s");
    assert.deepEqual(machine.shims(), before);
    assert.deepEqual(await machine.pages(), ["hello\n", "hello\n"]);
    assert.doesNotMatch(await machine.kubectl("get", "pods"), / [1-9]\d* +\d+s/);

    process.kill(Number(readFileSync(join(machine.data, "containerd/containerd.pid"), "utf8")), "SIGKILL");
    assert.deepEqual(machine.shims(), before);
    await machine.kubectl("scale", "deployment", "web", "--replicas=3");
    await machine.kubectl("rollout", "status", "deployment", "web", "--timeout=60s");
    assert.deepEqual(await machine.pages(), ["hello\n", "hello\n", "hello\n"]);
    assert.deepEqual(
      before.filter((id) => !machine.shims().includes(id)),
      [],
    );

    await machine.stop("SIGTERM");
    assert.deepEqual(machine.shims(), []);
    assert.deepEqual(mountPoints(), mounts);
    const links = await run("ip", ["-brief", "link"]);
    assert.doesNotMatch(links.stdout, /veth/);
    assert.equal((await run("nft", ["list", "tables"])).stdout, "");

    await machine.up();
    await machine.kubectl("rollout", "status", "deployment", "web", "--timeout=60s");
    assert.deepEqual(await machine.pages(), ["hello\n", "hello\n", "hello\n"]);

    await machine.stop("SIGKILL");
    const down = await run(navarch, ["down", "--purge", "--data", machine.data], machine.environment);
    assert.deepEqual([down.code, down.stderr], [0, ""]);
    assert.deepEqual([machine.shims(), mountPoints(), existsSync(machine.data)], [[], mounts, false]);
  });
});
