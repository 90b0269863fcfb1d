/** A cluster on this machine, by its program, and what it has on the machine. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ociArchive } from "../../../src/kubelet/runtime/containerd/oci-image.ts";
import { freePort, Program, root, run } from "../../testing/program.ts";
import { busybox } from "./test-images.ts";
import { RuleChanges } from "./rule-changes.ts";

/** A server that ends when it is asked to. */
const server = "httpd -p 8080 -h /www; trap 'exit 0' TERM; while true; do sleep 60 & wait $!; done";

/** A pod, as far as the tests look. */
export interface PodRow {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status: { readonly podIP?: string };
}

/** A cluster on this machine, by its program. */
export class UpMachine {
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

  /** Loads the image of a server that says `hello` on port 8080, and ends when it is asked to. */
  async loadServer(): Promise<string> {
    const archive = join(this.folder, "web.tar");
    const image = "docker.io/library/web:1";
    writeFileSync(archive, ociArchive([busybox(image, ["sh", "-c", server])]));
    const loaded = await run(join(root, "bin/navarch"), ["image", "load", archive, "--data", this.data]);
    assert.deepEqual([loaded.stdout, loaded.stderr, loaded.code], [`${image}\n`, "", 0]);
    return image;
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
    using changes = new RuleChanges();
    await changes.until(async () => {
      const text = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
        (answer) => answer.text(),
        () => "refused",
      );
      return text === "hello\n";
    });
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

/** Where something is mounted. */
export function mountPoints(): readonly string[] {
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
