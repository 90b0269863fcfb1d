/**
 * What users do with pods whatever a cluster is made of: they stream, and read what went wrong. All of it in detail is in
 * `streams.test.ts` and in the kubelet's suites; `network.test.ts` runs this against one process and against several.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { exchanged, forwardedPort, piped, sha256 } from "../testing/kubectl-io.ts";
import type { NetworkedCluster } from "./network.suite.ts";

/** A cluster whose processes can be looked at. */
export interface PodsCluster extends NetworkedCluster {
  readonly folder: string;
  readonly pids: readonly number[];
}

const size = 50 * 1024 * 1024;
/** What all processes together may grow by while 50 MB pass: pipes on the way, and garbage. */
const maxGrowthBytes = 200 * 1024 * 1024;
const nothing = Buffer.alloc(0);

function podYaml(name: string, container: string, more = ""): string {
  return `
apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec: {terminationGracePeriodSeconds: 1, containers: [{name: main, image: "busybox:1", ${container}}]${more}}
---`;
}

const shell = (script: string): string => `command: [sh, -c, ${JSON.stringify(script)}]`;

/** What goes wrong: the pod, where its status says so, what it says, and the event that tells of it. */
const failures: readonly (readonly [
  name: string,
  yaml: string,
  path: string,
  said: string,
  event: string,
])[] = [
  [
    "nowhere",
    podYaml("nowhere", "command: [sleep, '1000']").replace("busybox:1", "registry.invalid/none:1"),
    "{.status.containerStatuses[0].state.waiting.reason}",
    "ImagePullBackOff",
    "Failed",
  ],
  [
    "unready",
    podYaml(
      "unready",
      `${shell("sleep 1000")}, readinessProbe: {exec: {command: ["false"]}, periodSeconds: 1}`,
    ),
    '{.status.conditions[?(@.type=="Ready")].reason}',
    "ContainersNotReady",
    "Unhealthy",
  ],
  [
    "greedy",
    podYaml(
      "greedy",
      `${shell("tail /dev/zero")}, resources: {limits: {memory: 16Mi}}`,
      ", restartPolicy: Never",
    ),
    "{.status.containerStatuses[0].state.terminated.reason}",
    "OOMKilled",
    "Started",
  ],
  [
    "full",
    podYaml(
      "full",
      `${shell("dd if=/dev/zero of=/v/file bs=1M count=3; sleep 1000")}, volumeMounts: [{name: v, mountPath: /v}]`,
      ", volumes: [{name: v, emptyDir: {sizeLimit: 1Mi}}]",
    ),
    "{.status.reason}",
    "Evicted",
    "Evicted",
  ],
  [
    "unconfigured",
    podYaml("unconfigured", "command: [env], envFrom: [{configMapRef: {name: none}}]"),
    "{.status.containerStatuses[0].state.waiting.reason}",
    "CreateContainerConfigError",
    "Failed",
  ],
  [
    "unmounted",
    podYaml(
      "unmounted",
      "command: [env], volumeMounts: [{name: v, mountPath: /v}]",
      ", volumes: [{name: v, configMap: {name: none}}]",
    ),
    "{.status.containerStatuses[0].state.waiting.reason}",
    "ContainerCreating",
    "FailedMount",
  ],
];

export function podsSuite(name: string, cluster: () => PodsCluster): void {
  const start = (...args: readonly string[]): ChildProcess =>
    spawn("kubectl", args, { env: { ...process.env, ...cluster().environment } });
  const residentBytes = (): number =>
    cluster().pids.reduce((sum, pid) => {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      return sum + Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
    }, 0);

  describe(name, () => {
    before(async () => {
      const idle = shell("while true; do sleep 60; done");
      await cluster().apply(podYaml("shell", idle) + podYaml("echo", shell("nc -ll -p 7000 -e cat")));
      await cluster().kubectl("wait", "pod/shell", "pod/echo", "--for=condition=Ready", "--timeout=60s");
    });

    test("logs -f ends with its container, exec with its input, and both say how", async () => {
      const talker = shell("echo one; sleep 1; echo two; exit 3");
      await cluster().apply(podYaml("talker", talker, ", restartPolicy: Never"));
      const runs = "--for=jsonpath={.status.containerStatuses[0].state.running}";
      await cluster().kubectl("wait", "pod/talker", runs, "--timeout=30s");
      assert.equal(await cluster().kubectl("logs", "-f", "talker"), "one\ntwo\n");
      const cat = await piped(start("exec", "-i", "shell", "--", "cat"), Buffer.from("x"));
      assert.deepEqual([cat.code, cat.stdout.toString(), cat.stderr], [0, "x", ""]);
      assert.equal((await piped(start("exec", "shell", "--", "sh", "-c", "exit 7"), nothing)).code, 7);
    });

    test("a terminal has the size of kubectl's, and follows it", async () => {
      const ready = join(cluster().folder, "resize");
      assert.equal(spawnSync("mkfifo", [ready]).status, 0);
      const later = `(read line <${ready}; stty rows 44 cols 120 </dev/tty) &`;
      const has = (wanted: string): string =>
        `until [ "$(stty size 2>/dev/null)" = "${wanted}" ]; do sleep 0.1; done; echo ${wanted}`;
      const inside = `${has("33 99")}; ${has("44 120")}`;
      const script = `stty rows 33 cols 99; ${later} kubectl exec -it shell -- sh -c '${inside}'`;
      const env = { ...process.env, ...cluster().environment };
      const child = spawn("script", ["-qefc", script, "/dev/null"], { env });
      let [output, told] = ["", Promise.resolve()];
      for await (const chunk of child.stdout) {
        if (output === "") told = writeFile(ready, "now\n");
        output += String(chunk);
      }
      await told;
      assert.match(output, /33 99\s+44 120/);
    });

    test("50 MB through exec, cp and port-forward arrive whole, in bounded memory", async () => {
      const data = randomBytes(size);
      const sent = sha256(data);
      const grown = residentBytes();
      const { stdout } = await piped(start("exec", "-i", "shell", "--", "cat"), data);
      assert.deepEqual([stdout.length, sha256(stdout)], [size, sent]);
      const [there, back] = [join(cluster().folder, "there.bin"), join(cluster().folder, "back.bin")];
      writeFileSync(there, data);
      await cluster().kubectl("cp", there, "shell:/tmp/copy.bin");
      await cluster().kubectl("cp", "shell:/tmp/copy.bin", back);
      assert.equal(sha256(readFileSync(back)), sent);
      const forward = start("port-forward", "pod/echo", ":7000");
      try {
        assert.equal(sha256(await exchanged(await forwardedPort(forward), data)), sent);
      } finally {
        forward.kill();
      }
      assert.ok(residentBytes() - grown < maxGrowthBytes);
    });

    for (const [pod, yaml, path, said, event] of failures) {
      test(`what went wrong is told: ${said}`, async () => {
        await cluster().apply(yaml);
        await cluster().kubectl("wait", `pod/${pod}`, `--for=jsonpath=${path}=${said}`, "--timeout=90s");
        const about = `involvedObject.name=${pod},reason=${event}`;
        const events = start("get", "events", "--watch", "--field-selector", about, "-o", "name");
        await once(events.stdout as NodeJS.ReadableStream, "data");
        events.kill();
        await cluster().kubectl("delete", "pod", pod, "--wait=false");
      });
    }
  });
}
