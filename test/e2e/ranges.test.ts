/** A cluster whose services, pods and names lie elsewhere than usual, with real containers: everything follows. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { MachineCluster } from "./harness/machine-cluster.ts";
import { clientYaml, web } from "./harness/network-manifests.ts";
import { onOwnMachine } from "./harness/own-machine.ts";

const wanted = [
  ["--service-cluster-ip-range", "10.20.0.0/24,fd00:20::/108"],
  ["--cluster-cidr", "10.30.0.0/16"],
  ["--cluster-domain", "example.test"],
].flat();

onOwnMachine(import.meta.filename, () => {
  describe("ranges and a domain of its own", () => {
    const cluster = new MachineCluster();
    const inPod = (script: string): Promise<string> =>
      cluster.kubectl("exec", "client", "--", "sh", "-c", script);
    before(async () => {
      await cluster.up(wanted);
      await cluster.loadBusybox("busybox:1");
      await cluster.apply(`${web}${clientYaml("client")}`);
      await cluster.kubectl("rollout", "status", "deployment", "web", "--timeout=60s");
      await cluster.kubectl("wait", "pod/client", "--for=condition=Ready", "--timeout=60s");
    });
    after(() => cluster[Symbol.asyncDispose]());

    test("pods have their addresses, their resolver and its names", async () => {
      const pods = await cluster.kubectl("get", "pods", "-o", "jsonpath={.items[*].status.podIP}");
      assert.match(pods, /^(10\.30\.0\.\d+ ?)+$/);
      const file = await inPod("cat /etc/resolv.conf");
      assert.match(file, /^nameserver 10\.20\.0\.10$/m);
      assert.match(file, /default\.svc\.example\.test svc\.example\.test example\.test/);
      assert.match(await inPod("nslookup kubernetes.default.svc.example.test"), /Address: 10\.20\.0\.1\n/);
      assert.match(
        await inPod("nslookup web.default.svc.cluster.local || true"),
        /SERVFAIL|REFUSED|NXDOMAIN/,
      );
    });

    test("a service answers a pod by name and the machine by address, and the API vouches for its own", async () => {
      const names = await cluster.kubectl("get", "pods", "-l", "app=web", "-o", "name");
      const page = (await inPod("/kubectl --server http://web get --raw /")).trim();
      assert.ok(names.includes(page), page);
      const address = await cluster.kubectl("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}");
      assert.match(address, /^10\.20\.0\./);
      const answer = await fetch(`http://${address}/`);
      assert.ok(names.includes((await answer.text()).trim()));
      const account = "/var/run/secrets/kubernetes.io/serviceaccount";
      const asked = await inPod(
        `/kubectl --server https://kubernetes.default.svc.example.test --certificate-authority ${account}/ca.crt ` +
          `--token $(cat ${account}/token) auth whoami`,
      );
      assert.match(asked, /system:serviceaccount:default:default/);
      const routes = execFileSync("ip", ["route"]).toString();
      assert.match(routes, /^10\.20\.0\.0\/24 /m);
      assert.doesNotMatch(routes, /10\.96\./);
    });
  });
});
