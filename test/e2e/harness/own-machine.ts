/**
 * Runs a test file on a machine of its own, as far as the kernel can give one: a network namespace with
 * nothing but loopback, mounts and processes of its own. When the file is done everything that it started is
 * gone, however it ended.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { findTools } from "../../../src/kubelet/runtime/containerd/tools-node.ts";
import { findProgram } from "../../testing/find-program.ts";

const marker = "NAVARCH_OWN_MACHINE";
const promiseHooks = fileURLToPath(new URL("../../testing/no-promise-hooks.ts", import.meta.url));

/** A shell as process 1 reaps what is left to it. Nothing may depend on bridges that hand packets to the filter. */
const script = `
ip link set lo up
bridge=/proc/sys/net/bridge/bridge-nf-call-iptables; [ ! -e $bridge ] || echo 0 > $bridge
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/log
for fs in lib/kubelet lib/cni; do mkdir -p /var/$fs; mount -t tmpfs tmpfs /var/$fs; done
mount --make-shared /var/lib/kubelet
"$@" & wait $!
`;

/** Are we inside? */
export const isOwnMachine = process.env[marker] === "1";

/** Runs this Node.js with other arguments on a machine of its own; resolves with its exit code. */
export async function runOnOwnMachine(args: readonly string[]): Promise<number | null> {
  const unshare = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--ipc", "--uts"];
  // What the files' runner says to its children is not for ours.
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const child = spawn("unshare", [...unshare, "sh", "-c", script, "sh", process.execPath, ...args], {
    env: { ...environment, [marker]: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => process.stdout.write(text));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  removeCgroups();
  return code;
}

/** Calls `register` inside; outside registers one test that runs the file inside, or says why it cannot. */
export function onOwnMachine(file: string, register: () => void): void {
  if (isOwnMachine) return register();
  const skip = whyNoOwnMachine();
  test(`on a machine of its own: ${file.split("/").at(-1)}`, skip === undefined ? {} : { skip }, async () => {
    // What a failed test left running must not keep the file.
    const options = [`--import=${promiseHooks}`, "--test-reporter=spec", "--test-force-exit"];
    const code = await runOnOwnMachine([...options, file]);
    assert.equal(code, 0, "a test inside failed: see above");
  });
}

/** What containers that were killed leave; groups with processes in them stay. */
function removeCgroups(): void {
  spawnSync("find", [...globSync("/sys/fs/cgroup/{,*/}{k8s.io,navarch}"), "-depth", "-type", "d", "-delete"]);
}

/** Undefined where containers can run. */
export function whyNoOwnMachine(): string | undefined {
  if (process.getuid?.() !== 0) return "needs root";
  if (findProgram("busybox") === undefined) return "needs a static busybox";
  const tools = findTools();
  return typeof tools === "string" ? tools : undefined;
}
