/** What a node has on its machine for its pods, kind by kind. */
import assert from "node:assert/strict";
import { globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { run } from "../../testing/program.ts";
import { unannounced } from "../../testing/unannounced.ts";

export type Remains = Readonly<Record<string, readonly string[]>>;

/** `data`: the node's directory. */
export async function remains(data: string): Promise<Remains> {
  const socket = join(data, "containerd/containerd.sock");
  const list = ["--address", socket, "--namespace", "k8s.io", "containers", "list", "--quiet"];
  return {
    shims: shims(),
    containers: (await run("ctr", list)).stdout.split("\n").filter((line) => line !== ""),
    mounts: mountPoints(),
    networks: mountPoints("nsfs"),
    links: await veths(),
    addresses: globSync(`${data}/containerd/cni/addresses/**/10.*`),
    cgroups: globSync("/sys/fs/cgroup/{,*/}navarch/**/pod*"),
    pods: globSync("/var/lib/kubelet/pods/*"),
    logs: globSync("/var/log/pods/*"),
    rules: (await run("nft", ["list", "ruleset"])).stdout
      .split("\n")
      .filter((line) => !line.includes("counter packets")),
  };
}

/** Resolves when the node has what it had before; shows what else it has when it does not come to that. */
export async function hasOnly(data: string, before: Remains): Promise<void> {
  let now = before;
  const isSo = async (): Promise<boolean> => isDeepStrictEqual((now = await remains(data)), before);
  await unannounced("the node has what it had before", isSo).catch(() => assert.deepEqual(now, before));
}

/** Ids of the containers that run now, by the processes that hold them. */
export function shims(): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => commandOf(pid))
    .filter((command) => command.includes("containerd-shim"))
    .map((command) => /-id\0(\w+)/.exec(command)?.[1] ?? "")
    .sort();
}

/** Where something is mounted; with a type, only such: `nsfs` are namespaces. Tests of units may run meanwhile. */
export function mountPoints(type?: string): readonly string[] {
  const lines = readFileSync("/proc/self/mountinfo", "utf8").trim().split("\n");
  return lines
    .filter((line) => type === undefined || line.includes(` - ${type} `))
    .map((line) => line.split(" ")[4] ?? "")
    .filter((path) => !path.startsWith("/run/netns/navarch-test-"));
}

/** The machine's ends of the pods' cables; `/sys` may not show those of the machine that we are on. */
export async function veths(): Promise<readonly string[]> {
  const { stdout } = await run("ip", ["-brief", "link"]);
  return stdout.split("\n").flatMap((line) => /^(veth\w+)/.exec(line)?.[1] ?? []);
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    // It has just ended.
    return "";
  }
}
