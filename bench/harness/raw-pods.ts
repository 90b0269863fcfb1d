/**
 * Pods by calls to a runtime alone: a sandbox and a container that starts, without API, volumes, probes and cgroups of
 * their own. What a kubelet cannot be faster than.
 */
import { availableParallelism } from "node:os";
import { createRealEnv } from "../../src/base/real/mod.ts";
import { RpcClient } from "../../src/base/rpc/mod.ts";
import type { ContainerConfig, PodSandboxConfig } from "../../src/kubelet/runtime/config.ts";
import { ContainerFiles } from "../../src/kubelet/runtime/cri/container-files-node.ts";
import { CriRuntime } from "../../src/kubelet/runtime/cri/cri-runtime.ts";
import { startPatienceMs, startsPerProcessor } from "../../src/kubelet/runtime/cri/limits.ts";
import { StartTurns } from "../../src/kubelet/runtime/cri/start-turns.ts";

const security = {
  namespaces: { network: "POD", pid: "CONTAINER", ipc: "POD" },
  privileged: false,
  readonlyRootfs: false,
  supplementalGroups: [],
  supplementalGroupsPolicy: "Merge",
} as const;
const resources = {
  cpuPeriod: 100_000,
  cpuQuota: 0,
  cpuShares: 2,
  memoryLimitBytes: 0,
  oomScoreAdj: 1_000,
  hugepageLimits: [],
};

function sandboxOf(name: string): PodSandboxConfig {
  return {
    name,
    namespace: "raw",
    uid: name,
    attempt: 0,
    hostname: name,
    logDirectory: `/var/log/pods/raw_${name}_${name}`,
    portMappings: [],
    labels: {},
    annotations: {},
    runtimeHandler: "",
    cgroupParent: "/navarch-raw",
    sysctls: {},
    security,
    overhead: resources,
    resources,
  };
}

function containerOf(image: string, command: readonly string[]): ContainerConfig {
  const none = { addCapabilities: [], dropCapabilities: [], maskedPaths: [], readonlyPaths: [] };
  return {
    name: "main",
    attempt: 0,
    imageRef: image,
    image,
    command,
    args: [],
    workingDir: "",
    env: [],
    mounts: [],
    labels: {},
    annotations: {},
    logPath: "main/0.log",
    stdin: false,
    stdinOnce: false,
    tty: false,
    resources,
    security: { ...security, ...none, noNewPrivs: false },
  };
}

/** Milliseconds until each of `count` pods runs, all asked for at once and in the kubelet's order. */
export async function rawPods(
  socket: string,
  image: string,
  command: readonly string[],
  count: number,
): Promise<readonly number[]> {
  await using env = createRealEnv({ name: "raw", logLevel: "warn" });
  using rpc = new RpcClient(`unix:${socket}`);
  const files = new ContainerFiles({ rootDirectory: "/var/lib/kubelet", podLogsDirectory: "/var/log/pods" });
  const atOnce = startsPerProcessor * availableParallelism();
  const turns = new StartTurns(env, { atOnce, patienceMs: startPatienceMs });
  const runtime = new CriRuntime(env, { rpc, files, turns });
  const { signal } = new AbortController();
  const began = performance.now();
  const pods = Array.from({ length: count }, async (_, index) => {
    const config = sandboxOf(`raw-${index}`);
    const sandbox = await runtime.runPodSandbox(config, signal);
    const id = await runtime.createContainer(sandbox, containerOf(image, command), config, signal);
    await runtime.startContainer(id, signal);
    return { sandbox, ms: performance.now() - began };
  });
  const all = await Promise.all(pods);
  await Promise.all(
    all.map(async ({ sandbox }) => {
      await runtime.stopPodSandbox(sandbox, signal);
      await runtime.removePodSandbox(sandbox, signal);
    }),
  );
  return all.map(({ ms }) => ms);
}
