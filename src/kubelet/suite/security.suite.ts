/** What a node does not give a pod is refused by name; it never runs without it. */
import assert from "node:assert/strict";
import type { Check } from "../testing/node-bench.ts";

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

  check("a pod that wants users of its own is not run with the node's", async (bench) => {
    await bench.create("mapped", { hostUsers: false, containers: [bench.shell("main", "sleep 100000")] });
    const text = 'Failed to create pod sandbox: RuntimeClass handler "" does not support user namespaces';
    await bench.told("mapped", "FailedCreatePodSandBox", text);
    await bench.delete("mapped");
    await bench.gone("mapped");
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
