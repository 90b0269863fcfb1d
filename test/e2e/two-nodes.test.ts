/** Two machines with a cable between them: pods, Services and names work across, and a dead machine's pods move. */
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { findProgram } from "../testing/find-program.ts";
import { root } from "../testing/program.ts";
import { onOwnMachine } from "./harness/own-machine.ts";
import { ProcessCluster } from "./harness/process-cluster.ts";
import { firstAddress, SecondMachine, secondAddress } from "./harness/second-machine.ts";

const lost = ["unreachable", "not-ready"]
  .map((key) => `{key: node.kubernetes.io/${key}, operator: Exists, effect: NoExecute, tolerationSeconds: 2}`)
  .join(", ");

/** Each pod says its own name; with its node gone it is given up after 2 s. */
function template(kubectl: string): string {
  return `
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      tolerations: [${lost}]
      containers:
      - name: main
        image: "busybox:1"
        command: [sh, -c, "hostname > /www/index.html; httpd -f -p 8080 -h /www"]
        volumeMounts: [{name: kubectl, mountPath: /kubectl}]
      volumes: [{name: kubectl, hostPath: {path: ${kubectl}}}]`;
}

const manifest = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 4
  selector: {matchLabels: {app: web}}
  template: ${template(findProgram("kubectl") ?? "")}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]}
`;

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName: string };
  readonly status: { readonly podIP: string };
}

onOwnMachine(import.meta.filename, () => {
  describe("two machines", () => {
    const shared = mkdtempSync(join(tmpdir(), "navarch-two-"));
    const options = { address: firstAddress, nodes: ["n1", "n2"], nodeMonitorGracePeriod: "15s" };
    const cluster = new ProcessCluster(options);
    let second: SecondMachine;
    const pods = async (): Promise<readonly Pod[]> =>
      (JSON.parse(await cluster.kubectl("get", "pods", "-l", "app=web", "-o", "json")) as { items: Pod[] })
        .items;
    const on = async (node: string): Promise<readonly Pod[]> =>
      (await pods()).filter(({ spec }) => spec.nodeName === node);

    const clusterIp = (): Promise<string> =>
      cluster.kubectl("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}");

    before(async () => {
      second = await SecondMachine.start("n2");
      await cluster.up();
      await cluster.loadBusybox("busybox:1");
      // What an administrator carries over: the node's own credentials, the proxy's, and an image.
      for (const name of ["kubelet-n2", "proxy"]) copyFileSync(cluster.kubeconfig(name), join(shared, name));
      copyFileSync(cluster.archive("busybox:1"), join(shared, "image"));
      const node = ["--node-name", "n2"];
      const data = ["--data", "/run/navarch-data"];
      await second.navarch(
        "kubelet",
        "--kubeconfig",
        join(shared, "kubelet-n2"),
        ...node,
        "--node",
        "real",
        ...data,
      );
      await second.navarch("proxy", "--kubeconfig", join(shared, "proxy"), ...node);
      second.run(join(root, "bin/navarch"), "image", "load", join(shared, "image"), ...data);
      await cluster.kubectl("wait", "node", "--all", "--for=condition=Ready", "--timeout=30s");
    });
    after(async () => {
      await second?.[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
      rmSync(shared, { recursive: true, force: true });
    });

    test("each node has a range of its own, and its pods are spread over both", async () => {
      const ranges = await cluster.kubectl("get", "nodes", "-o", "jsonpath={.items[*].spec.podCIDR}");
      assert.deepEqual(ranges.split(" "), ["10.244.0.0/24", "10.244.1.0/24"]);
      await cluster.apply(manifest);
      await cluster.kubectl("rollout", "status", "deployment", "web", "--timeout=60s");
      for (const [node, range] of [
        ["n1", "10.244.0."],
        ["n2", "10.244.1."],
      ] as const) {
        const here = await on(node);
        assert.ok(here.length > 0, node);
        for (const { status } of here) assert.ok(status.podIP.startsWith(range), status.podIP);
      }
    });

    test("pods of both nodes reach all pods by the Service's name, and the API by its own", async () => {
      const all = (await pods()).map(({ metadata }) => metadata.name).sort();
      const address = await clusterIp();
      for (const node of ["n1", "n2"]) {
        const [pod] = await on(node);
        const name = pod?.metadata.name ?? "";
        const byAddress = `for i in $(seq 40); do wget -q -O - http://${address}/; done`;
        const ask = `/kubectl --server http://web get --raw / && ${byAddress}`;
        const heard = await cluster.kubectl("exec", name, "--", "sh", "-c", ask);
        assert.deepEqual([...new Set(heard.trim().split("\n"))].sort(), all, `from ${node}`);
        const token = "$(cat /var/run/secrets/kubernetes.io/serviceaccount/token)";
        const trust = `--certificate-authority /var/run/secrets/kubernetes.io/serviceaccount/ca.crt --token ${token}`;
        const version = `/kubectl --server https://kubernetes.default.svc ${trust} get --raw /version`;
        assert.match(await cluster.kubectl("exec", name, "--", "sh", "-c", version), /"minor": ?"36"/);
      }
    });

    test("pods reach each other without translation, and node ports answer on both machines", async () => {
      const [near] = await on("n1");
      const [far] = await on("n2");
      const page = (url: string): string =>
        second
          .run(process.execPath, "-e", `fetch("${url}").then((one) => one.text()).then(console.log)`)
          .trim();
      assert.equal(page(`http://${near?.status.podIP}:8080/`), near?.metadata.name);
      const answer = await fetch(`http://${far?.status.podIP}:8080/`);
      assert.equal((await answer.text()).trim(), far?.metadata.name);
      const names = (await pods()).map(({ metadata }) => metadata.name);
      for (const address of [firstAddress, secondAddress]) {
        assert.ok(names.includes((await (await fetch(`http://${address}:30080/`)).text()).trim()), address);
        assert.ok(names.includes(page(`http://${address}:30080/`)), address);
      }
    });

    test("kubectl logs and exec reach the kubelet of the second machine", async () => {
      const [pod] = await on("n2");
      const name = pod?.metadata.name ?? "";
      assert.equal((await cluster.kubectl("exec", name, "--", "hostname")).trim(), name);
      assert.equal(await cluster.kubectl("logs", name), "");
    });

    test("the second machine loses its power: its pods move after the time that they tolerate", async () => {
      const gone = (await on("n2")).map(({ metadata }) => metadata.name);
      second.powerCut();
      await cluster.kubectl("wait", "node/n2", "--for=condition=Ready=Unknown", "--timeout=60s");
      for (const name of gone)
        await cluster.kubectl(
          "wait",
          `pod/${name}`,
          "--for=jsonpath={.metadata.deletionTimestamp}",
          "--timeout=60s",
        );
      await cluster.kubectl("rollout", "status", "deployment", "web", "--timeout=60s");
      const alive = (await pods()).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      assert.deepEqual(
        alive.map(({ spec }) => spec.nodeName),
        ["n1", "n1", "n1", "n1"],
      );
      const address = await clusterIp();
      const names = alive.map(({ metadata }) => metadata.name);
      for (let tries = 0; tries < 16; tries += 1)
        assert.ok(names.includes((await (await fetch(`http://${address}/`)).text()).trim()));
    });
  });
});
