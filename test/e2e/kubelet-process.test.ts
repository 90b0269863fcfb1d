/** The kubelet of a real node as a process of its own: it comes before the API server, and serves over HTTPS. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type RequestOptions, request } from "node:https";
import { hostname } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ociArchive } from "../../src/kubelet/runtime/containerd/oci-image.ts";
import { accessOf } from "../testing/api-call.ts";
import { awaitObjects, hasCondition } from "../testing/await-objects.ts";
import { changed } from "../testing/folder-changes.ts";
import { freePort, Program, root, run } from "../testing/program.ts";
import { unannounced } from "../testing/unannounced.ts";
import { onOwnMachine } from "./harness/own-machine.ts";
import { busybox } from "./harness/test-images.ts";

const nodeName = hostname().toLowerCase();
const shared = "/run/shared";

function manifest(words: string): string {
  return [
    "apiVersion: v1",
    "kind: Pod",
    `metadata: {name: agent, namespace: kube-system, labels: {words: ${words}}}`,
    "spec:",
    "  hostNetwork: true",
    "  terminationGracePeriodSeconds: 1",
    "  containers:",
    "  - name: main",
    "    image: busybox:1",
    `    command: ["sh", "-c", "echo ${words}; touch /shared/${words}; while true; do sleep 60; done"]`,
    "    volumeMounts: [{name: shared, mountPath: /shared}]",
    `  volumes: [{name: shared, hostPath: {path: ${shared}, type: Directory}}]`,
    "",
  ].join("\n");
}

/** Resolves when the pod has left that file in the folder that it shares with the machine. */
async function left(words: string): Promise<void> {
  await changed(shared, `the static pod says ${words}`, () => existsSync(join(shared, words)));
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
    for (const one of [join(data, "manifests"), shared]) mkdirSync(one, { recursive: true });
    const config = join(master, `kubelet-${nodeName}.conf`);
    const args = ["--kubeconfig", config, "--node-name", nodeName, "--node", "real", "--data", data];
    await using kubelet = new Program(["kubelet", ...args]);
    const load = ["image", "load", archive, "--data", data];
    await unannounced(
      "containerd takes the image",
      async () => (await run(join(root, "bin/navarch"), load)).code === 0,
    );
    writeFileSync(join(data, "manifests/agent.yaml"), manifest("hello"));
    await left("hello");

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
    await left("again");
    const pods = "/api/v1/namespaces/kube-system/pods";
    await awaitObjects(accessOf(environment.KUBECONFIG), pods, "the changed pod", (all) =>
      all.some((one) => one.metadata.labels?.["words"] === "again" && hasCondition(one, "Ready")),
    );
    assert.equal(await kubectl("logs", ...agent, pod), "again\n");
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
  for (const path of ["/configz", "/statusz", "/flagz"]) assert.equal(await statusOf(path, own), 200, path);
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
