/** What a node does not give a pod is refused by name; it never runs without it. */
import assert from "node:assert/strict";
import type { Pod } from "#api";
import { type Check, type NodeBench, statusOf } from "../testing/node-bench.ts";

export function securityTests(check: Check): void {
  check("a sysctl that is not safe is refused, and one that is is set", async (bench) => {
    const containers = [bench.shell("main", "sleep 100000")];
    const sysctls = (name: string, value: string) => ({ securityContext: { sysctls: [{ name, value }] } });
    await bench.create("unsafe", { ...sysctls("kernel.msgmax", "65536"), containers });
    const { status } = await bench.phase("unsafe", "Failed");
    assert.deepEqual(
      [status.reason, status.message],
      ["SysctlForbidden", 'Pod was rejected: forbidden sysctl: "kernel.msgmax" not allowlisted'],
    );
    await bench.create("safe", { ...sysctls("net.ipv4.ip_unprivileged_port_start", "80"), containers });
    await bench.running("safe");
  });

  check("pods that want users of their own have them, whatever restarts, or are not run", async (bench) => {
    const names = ["one", "two"] as const;
    for (const name of names)
      await bench.create(name, { hostUsers: false, containers: [bench.shell("main", "sleep 100000")] });
    if (!(await bench.has("userNamespaces"))) {
      const why = "can't set `spec.hostUsers: false`, runtime does not support user namespaces";
      for (const name of names)
        await bench.told(name, "FailedCreatePodSandBox", `Failed to create pod sandbox: ${why}`);
      return;
    }
    const before = await Promise.all(names.map((name) => rootOf(bench, name)));
    assert.deepEqual(new Set(before.map(({ user }) => user)), new Set([65_536, 131_072]));
    await bench.harness.crashKubelet();
    await bench.harness.rebootNode();
    await bench.harness.startKubelet();
    for (const [index, name] of names.entries()) {
      const { user, containerID } = before[index] ?? {};
      await bench.eventually(name, (pod) => statusOf(pod).containerID !== containerID);
      assert.equal((await rootOf(bench, name)).user, user);
    }
  });

  check("recursive read-only mounts are what the runtime can do, and are told", async (bench) => {
    const can = await bench.has("recursiveReadOnlyMounts");
    const mounted = async (name: string, recursiveReadOnly: string): Promise<Pod> => {
      const mount = { name: "v", mountPath: "/v", readOnly: true, recursiveReadOnly };
      const containers = [bench.shell("main", "sleep 100000", { volumeMounts: [mount] })];
      return bench.create(name, { volumes: [{ name: "v", emptyDir: {} }], containers });
    };
    const toldOf = (pod: Pod): string | undefined => statusOf(pod).volumeMounts?.[0]?.recursiveReadOnly;
    await mounted("perhaps", "IfPossible");
    assert.equal(toldOf(await bench.running("perhaps")), can ? "Enabled" : "Disabled");
    await mounted("surely", "Enabled");
    if (can) {
      assert.equal(toldOf(await bench.running("surely")), "Enabled");
      return;
    }
    const text = 'volume "v" requested recursive read-only mode, but it is not supported by the runtime';
    await bench.told("surely", "Failed", `Error: failed to resolve recursive read-only mode: ${text}`);
  });

  check("hooks run after the start and before the end: by exec and by HTTP", async (bench) => {
    const server = bench.shell("server", "httpd -f -p 8080", {
      command: ["httpd", "-f", "-p", "8080"],
      lifecycle: {
        postStart: { exec: { command: ["true"] } },
        preStop: { httpGet: { path: "/", port: 8080 } },
      },
    });
    const worker = bench.shell("main", "sleep 100000", {
      lifecycle: { preStop: { exec: { command: ["sh", "-c", "exit 1"] } } },
    });
    await bench.create("web", { terminationGracePeriodSeconds: 5, containers: [server, worker] });
    await bench.running("web");
    await bench.delete("web");
    await bench.told("web", "FailedPreStopHook", "PreStopHook failed");
    await bench.gone("web");
    const told = await bench.events("web");
    assert.equal(told.filter((one) => one.reason.startsWith("Failed")).length, 1);
  });

  check("a termination message comes from its own path, or from the logs after a failure", async (bench) => {
    const message = {
      terminationMessagePath: "/tmp/last",
      terminationMessagePolicy: "FallbackToLogsOnError",
    };
    await bench.create("words", {
      restartPolicy: "Never",
      containers: [
        bench.shell("written", "echo said > /tmp/last; echo logged; exit 1", message),
        bench.shell("failed", "echo logged; exit 1", message),
        bench.shell("well", "echo logged; exit 0", message),
      ],
    });
    const pod = await bench.phase("words", "Failed");
    const ends = (pod.status.containerStatuses ?? []).map((one) => [one.name, one.state.terminated?.message]);
    assert.deepEqual(Object.fromEntries(ends), { written: "said\n", failed: "logged\n", well: undefined });
  });
}

/** Who root of a running pod's container is on the node. */
async function rootOf(
  bench: NodeBench,
  name: string,
): Promise<{ readonly user: number; readonly containerID: string | undefined }> {
  const { containerID } = statusOf(await bench.running(name));
  const id = containerID?.split("//")[1] ?? "";
  const look = ["cat", "/proc/self/uid_map"];
  const { stdout } = await bench.harness.runtime.execSync(id, look, 10, bench.signal);
  return { user: Number(stdout.trim().split(/\s+/)[1]), containerID };
}
