/** The kubelet of a real node as a process of its own: it comes before the API server, and serves over HTTPS. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type RequestOptions, request } from "node:https";
import { hostname } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ociArchive } from "../../src/kubelet/runtime/containerd/oci-image.ts";
import { freePort, Program, root, run } from "../testing/program.ts";
import { onOwnMachine } from "./harness/own-machine.ts";
import { busybox } from "./harness/test-images.ts";

const nodeName = hostname().toLowerCase();

function manifest(words: string): string {
  return [
    "apiVersion: v1",
    "kind: Pod",
    "metadata: {name: agent, namespace: kube-system}",
    "spec:",
    "  hostNetwork: true",
    "  terminationGracePeriodSeconds: 1",
    "  containers:",
    "  - name: main",
    "    image: busybox:1",
    `    command: ["sh", "-c", "echo ${words}; touch /shared/${words}; while true; do sleep 60; done"]`,
    "    volumeMounts: [{name: shared, mountPath: /shared}]",
    "  volumes: [{name: shared, hostPath: {path: /run/shared, type: DirectoryOrCreate}}]",
    "",
  ].join("\n");
}

async function eventually(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const until = performance.now() + 30_000; !(await holds()); ) {
    if (performance.now() > until) throw new Error(`not within 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

onOwnMachine(import.meta.filename, () => {
  test("static pods run before the API answers; then logs, exec and metrics come over HTTPS", {
    timeout: 150_000,
  }, async () => {
    const folder = mkdtempSync("/run/navarch-e2e-");
    const [master, data] = [join(folder, "master"), join(folder, "node")];
    const listen = `127.0.0.1:${await freePort()}`;
    const server = (): Program =>
      new Program(["apiserver", "--data", master, "--listen", listen, "--kubelet", nodeName]);
    const environment = { KUBECONFIG: join(master, "admin.conf"), HOME: folder };
    const kubectl = async (...args: readonly string[]): Promise<string> => {
      const ended = await run("kubectl", args, environment);
      assert.equal(ended.code, 0, `kubectl ${args.join(" ")}: ${ended.stderr}`);
      return ended.stdout;
    };

    const first = server();
    await first.printed(/is ready at/);
    await first.kill("SIGTERM");

    const archive = join(folder, "busybox.tar");
    writeFileSync(archive, ociArchive([busybox("docker.io/library/busybox:1")]));
    mkdirSync(join(data, "manifests"), { recursive: true });
    const config = join(master, `kubelet-${nodeName}.conf`);
    const args = ["--kubeconfig", config, "--node-name", nodeName, "--node", "real", "--data", data];
    await using kubelet = new Program(["kubelet", ...args]);
    await eventually(() => existsSync(join(data, "containerd/containerd.sock")), "containerd's socket");
    await eventually(async () => {
      const loaded = await run(join(root, "bin/navarch"), ["image", "load", archive, "--data", data]);
      return loaded.code === 0;
    }, "the image");
    writeFileSync(join(data, "manifests/agent.yaml"), manifest("hello"));
    await eventually(() => existsSync("/run/shared/hello"), "the static pod's file");

    await using second = server();
    await kubelet.printed(/is ready/);
    await second.printed(/is ready at/);
    const pod = `agent-${nodeName}`;
    const agent = ["-n", "kube-system"];
    await kubectl("wait", ...agent, `pod/${pod}`, "--for=condition=Ready", "--timeout=60s");
    assert.equal(await kubectl("logs", ...agent, pod), "hello\n");
    assert.equal(await kubectl("exec", ...agent, pod, "--", "echo", "inside"), "inside\n");
    const endpoint = "jsonpath={.status.daemonEndpoints.kubeletEndpoint.Port}";
    assert.equal(await kubectl("get", "node", nodeName, "-o", endpoint), "10250");
    await refusesStrangers(master);

    writeFileSync(join(data, "manifests/agent.yaml"), manifest("again"));
    await eventually(() => existsSync("/run/shared/again"), "the changed pod's file");
    await eventually(
      async () => (await kubectl("logs", ...agent, pod)) === "again\n",
      "the changed pod's log",
    );
    rmSync(join(data, "manifests/agent.yaml"));
    await kubectl("wait", ...agent, `pod/${pod}`, "--for=delete", "--timeout=30s");
    await kubelet.kill("SIGTERM");
  });
});

/** Nobody without credentials gets anything; the API server's own certificate gets all. */
async function refusesStrangers(master: string): Promise<void> {
  const pki = (name: string): string => readFileSync(join(master, "pki", name), "utf8");
  const own = { cert: pki("apiserver-kubelet-client.crt"), key: pki("apiserver-kubelet-client.key") };
  assert.equal(await statusOf("/pods"), 401);
  assert.equal(await statusOf("/healthz"), 401);
  assert.equal(await statusOf("/pods", { headers: { authorization: "Bearer nonsense" } }), 401);
  for (const path of ["/pods", "/runningpods/", "/stats/summary", "/metrics/cadvisor", "/metrics/probes"])
    assert.equal(await statusOf(path, own), 200, path);
  assert.equal(await statusOf("/configz", own), 200);
  assert.equal(await statusOf("/nothing", own), 404);
  assert.equal(await (await fetch("http://127.0.0.1:10248/healthz")).text(), "ok");
}

function statusOf(path: string, options: RequestOptions = {}): Promise<number | undefined> {
  const where = { host: "127.0.0.1", port: 10250, path, rejectUnauthorized: false, agent: false };
  return new Promise((resolve, reject) => {
    const sent = request({ ...where, ...options }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode));
    });
    sent.on("error", reject);
    sent.end();
  });
}
