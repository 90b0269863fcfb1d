/** The streams of pods with real kubectl: logs, exec, attach, cp and port-forward, over WebSocket and over SPDY. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { exchanged, forwardedPort, piped, sha256 } from "../testing/kubectl-io.ts";
import { KubectlCluster, noKubectl } from "./kubectl.ts";

const size = 5 * 1024 * 1024;

/** A pod whose containers are given as `name: command`. */
function podYaml(name: string, containers: Readonly<Record<string, readonly string[]>>, more = ""): string {
  const list = Object.entries(containers).map(
    ([container, command]) =>
      `  - {name: ${container}, image: busybox, stdin: true, command: ${JSON.stringify(command)}}`,
  );
  const spec = [`  terminationGracePeriodSeconds: 1`, ...(more === "" ? [] : [`  ${more}`]), "  containers:"];
  return [
    "apiVersion: v1",
    "kind: Pod",
    `metadata: {name: ${name}}`,
    "spec:",
    ...spec,
    ...list,
    "---",
    "",
  ].join("\n");
}

const manifests = [
  podYaml("shell", { main: ["sh", "-c", "seq 5; sleep 3600"] }),
  podYaml("two", { first: ["sh", "-c", "sleep 3600"], second: ["sh", "-c", "sleep 3600"] }),
  podYaml("echo", { main: ["nc", "-lk", "-p", "7000", "-e", "cat"] }),
  podYaml("copycat", { main: ["cat"] }),
  podYaml("again", { main: ["sh", "-c", "echo round $HOSTNAME; sleep 1; exit 1"] }),
].join("");

describe("streams of pods on a virtual node", { skip: noKubectl }, () => {
  let cluster: KubectlCluster;
  before(async () => {
    cluster = await KubectlCluster.start("streams");
    await cluster.kubectl("apply", "-f", cluster.file("pods.yaml", manifests));
    const pods = ["pod/shell", "pod/two", "pod/echo", "pod/copycat"];
    await cluster.kubectl("wait", ...pods, "--for=condition=Ready", "--timeout=60s");
  });
  after(async () => cluster?.[Symbol.asyncDispose]());

  test("logs: all, the last lines, with times, cut, and since", async () => {
    assert.equal(await cluster.kubectl("logs", "shell"), "1\n2\n3\n4\n5\n");
    assert.equal(await cluster.kubectl("logs", "shell", "--tail=2"), "4\n5\n");
    assert.equal(await cluster.kubectl("logs", "shell", "--tail=0"), "");
    assert.equal(await cluster.kubectl("logs", "shell", "--limit-bytes=3"), "1\n2");
    assert.match(await cluster.kubectl("logs", "shell", "--timestamps", "--tail=1"), /^\d{4}-\S+Z 5\n$/);
    assert.equal(await cluster.kubectl("logs", "shell", "--since-time=2200-01-01T00:00:00Z"), "");
    assert.equal(await cluster.kubectl("logs", "shell", "--since=1h"), "1\n2\n3\n4\n5\n");
  });

  test("logs come as messages of a WebSocket, as they are or in base64, through kubectl proxy", async () => {
    const proxy = cluster.spawn("proxy", "--port=0");
    try {
      const [line] = (await once(proxy.stdout ?? proxy, "data")) as [Buffer];
      const address = /127\.0\.0\.1:\d+/.exec(String(line))?.[0];
      for (const [protocols, decoded] of [
        [[], (data: unknown) => Buffer.from(data as ArrayBuffer).toString()],
        [["binary.k8s.io"], (data: unknown) => Buffer.from(data as ArrayBuffer).toString()],
        [["base64.binary.k8s.io"], (data: unknown) => Buffer.from(data as string, "base64").toString()],
      ] as const) {
        const url = `ws://${address}/api/v1/namespaces/default/pods/shell/log?container=main`;
        const socket = new WebSocket(url, [...protocols]);
        socket.binaryType = "arraybuffer";
        const messages: string[] = [];
        socket.onmessage = ({ data }) => messages.push(decoded(data));
        await once(socket, "close");
        assert.deepEqual([messages[0], messages.join("")], ["", "1\n2\n3\n4\n5\n"], protocols.join());
      }
    } finally {
      proxy.kill();
    }
  });

  test("logs -f goes on until the container ends, and then ends with 0", async () => {
    const script = "echo one; sleep 5; echo two; sleep 1; echo three";
    const yaml = podYaml("talker", { main: ["sh", "-c", script] }, "restartPolicy: Never");
    await cluster.kubectl("apply", "-f", cluster.file("talker.yaml", yaml));
    await cluster.kubectl("wait", "pod/talker", "--for=jsonpath={.status.phase}=Running", "--timeout=30s");
    assert.equal(await cluster.kubectl("logs", "-f", "talker"), "one\ntwo\nthree\n");
    assert.equal(await cluster.kubectl("logs", "talker"), "one\ntwo\nthree\n");
  });

  test("logs -p shows the instance before, and says when there is none", async () => {
    await cluster.kubectl(
      "wait",
      "pod/again",
      "--for=jsonpath={.status.containerStatuses[0].lastState.terminated.exitCode}=1",
      "--timeout=60s",
    );
    assert.match(await cluster.kubectl("logs", "-p", "again"), /^round/);
    const refusal = await cluster.refused("logs", "-p", "shell");
    const text = 'previous terminated container "main" in pod "shell" not found';
    assert.ok(refusal.includes(`Error from server (BadRequest): ${text}`), refusal);
  });

  test("proxy reaches a pod and a service of a virtual node, whose network only its kubelet knows", async () => {
    await cluster.kubectl("create", "deployment", "web", "--image=nginx", "--port=80");
    await cluster.kubectl("expose", "deployment", "web", "--port=8080", "--target-port=80");
    await cluster.kubectl("wait", "deployment/web", "--for=condition=Available", "--timeout=60s");
    const base = "/api/v1/namespaces/default";
    const selected = ["-l", "app=web", "-o", "jsonpath={.items[0].metadata.name}"];
    const pod = await cluster.kubectl("get", "pods", ...selected);
    const slice = ["endpointslices", "-l", "kubernetes.io/service-name=web"];
    await cluster.kubectl("wait", ...slice, "--for=jsonpath={.endpoints[0].conditions.ready}=true");
    for (const path of [`pods/${pod}/proxy/`, `pods/${pod}:80/proxy/a`, "services/web:8080/proxy/a?b=c"]) {
      assert.equal((await cluster.kubectl("get", "--raw", `${base}/${path}`)).trim(), pod, path);
    }
    const refusal = await cluster.refused("get", "--raw", `${base}/pods/shell:81/proxy/`);
    assert.match(refusal, /\(ServiceUnavailable\): error trying to reach service: .*connection refused/);
  });

  test("requests for what is not there are refused in upstream's words", async () => {
    assert.match(
      await cluster.refused("logs", "shell", "-c", "nope"),
      /container nope is not valid for pod shell/,
    );
    assert.match(await cluster.refused("logs", "nobody"), /pods "nobody" not found/);
    const path = "/api/v1/namespaces/default/pods/two/log";
    const several = await cluster.refused("get", "--raw", path);
    assert.match(several, /a container name must be specified for pod two, choose one of: \[first second\]/);
    assert.match(await cluster.refused("get", "--raw", `${path}?container=first&tailLines=-1`), /tailLines/);
    const yaml = podYaml("stuck", { main: ["cat"] }).replace("image: busybox", "image: registry.invalid/x:1");
    await cluster.kubectl("apply", "-f", cluster.file("stuck.yaml", yaml));
    await cluster.kubectl(
      "wait",
      "pod/stuck",
      "--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=ImagePullBackOff",
      "--timeout=60s",
    );
    const waiting = 'container "main" in pod "stuck" is waiting to start: trying and failing to pull image';
    assert.ok((await cluster.refused("logs", "stuck")).includes(waiting));
    assert.match(await cluster.refused("exec", "stuck", "--", "true"), /container not found \("main"\)/);
  });

  test("what a kubelet serves beside streams is reached through its node", async () => {
    const node = (await cluster.kubectl("get", "nodes", "-o", "name")).trim().replace("node/", "");
    const raw = (path: string): Promise<string> =>
      cluster.kubectl("get", "--raw", `/api/v1/nodes/${node}/proxy/${path}`);
    assert.equal(await raw("healthz"), "ok");
    const { items } = JSON.parse(await raw("pods")) as { items: { metadata: { name: string } }[] };
    assert.ok(items.some(({ metadata }) => metadata.name === "shell"));
    assert.match(
      await raw("metrics/resource"),
      /container_cpu_usage_seconds_total\{container="main",namespace="default",pod="shell"\}/,
    );
    const { pods } = JSON.parse(await raw("stats/summary")) as { pods: { podRef: { name: string } }[] };
    assert.ok(pods.some(({ podRef }) => podRef.name === "echo"));
  });

  for (const transport of ["WebSocket", "SPDY"]) {
    const isWebSocket = String(transport === "WebSocket");
    const environment = {
      KUBECTL_REMOTE_COMMAND_WEBSOCKETS: isWebSocket,
      KUBECTL_PORT_FORWARD_WEBSOCKETS: isWebSocket,
    };
    const start = (...args: readonly string[]): ChildProcess =>
      spawn("kubectl", args, { env: { ...process.env, ...cluster.environment(), ...environment } });

    test(`exec over ${transport}: input ends, output and errors apart, exit codes`, async () => {
      const cat = await piped(start("exec", "-i", "shell", "--", "cat"), Buffer.from("x"));
      assert.deepEqual([cat.code, cat.stdout.toString(), cat.stderr], [0, "x", ""]);
      const seven = await piped(start("exec", "shell", "--", "sh", "-c", "exit 7"), Buffer.alloc(0));
      assert.deepEqual([seven.code, seven.stderr], [7, "command terminated with exit code 7\n"]);
      const missing = await piped(start("exec", "shell", "--", "cat", "/none"), Buffer.alloc(0));
      assert.deepEqual([missing.code, missing.stdout.toString()], [1, ""]);
      assert.match(missing.stderr, /can't open '\/none'/);
      const script = Buffer.from("echo from a shell\nexit 3\n");
      const shell = await piped(start("exec", "-i", "shell", "--", "sh"), script);
      assert.deepEqual([shell.code, shell.stdout.toString()], [3, "from a shell\n"]);
    });

    test(`5 MB through exec over ${transport} arrive whole`, async () => {
      const data = randomBytes(size);
      const { code, stdout } = await piped(start("exec", "-i", "shell", "--", "cat"), data);
      assert.deepEqual([code, stdout.length, sha256(stdout)], [0, size, sha256(data)]);
    });

    test(`a terminal over ${transport} has the size of kubectl's`, async () => {
      const command = "stty rows 33 cols 99; kubectl exec -it shell -- stty size";
      const env = { ...process.env, ...cluster.environment(), ...environment };
      const child = spawn("script", ["-qec", command, "/dev/null"], { env, stdio: ["pipe", "pipe", "pipe"] });
      let output = "";
      for await (const chunk of child.stdout ?? []) output += String(chunk);
      assert.match(output, /33 99/);
    });

    test(`attach over ${transport} joins the main program`, async () => {
      const child = start("attach", "-i", "copycat");
      child.stdin?.write(`hello ${transport}\n`);
      let output = "";
      for await (const chunk of child.stdout ?? []) {
        output += String(chunk);
        if (output.includes(`hello ${transport}\n`)) break;
      }
      child.kill();
      assert.match(output, /hello/);
    });

    test(`cp over ${transport} goes both ways`, async () => {
      const data = randomBytes(100_000);
      const there = cluster.file("there.bin", data);
      const back = cluster.file("back.bin", "");
      assert.equal((await piped(start("cp", there, "shell:/tmp/copy.bin"), Buffer.alloc(0))).code, 0);
      assert.equal((await piped(start("cp", "shell:/tmp/copy.bin", back), Buffer.alloc(0))).code, 0);
      assert.equal(sha256(readFileSync(back)), sha256(data));
    });

    test(`5 MB through a port forwarded over ${transport} arrive whole, on several connections at once`, async () => {
      const child = start("port-forward", "pod/echo", ":7000");
      try {
        const port = await forwardedPort(child);
        const data = randomBytes(size);
        const answers = await Promise.all([
          exchanged(port, data),
          exchanged(port, data.subarray(0, 1000)),
          exchanged(port, data.subarray(0, 2000)),
        ]);
        assert.deepEqual(
          answers.map((answer) => answer.length),
          [size, 1000, 2000],
        );
        assert.equal(sha256(answers[0] ?? Buffer.alloc(0)), sha256(data));
      } finally {
        child.kill();
      }
    });
  }
});
