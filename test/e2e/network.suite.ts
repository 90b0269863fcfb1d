/**
 * What pods and the machine itself may expect of a cluster's network: names, Services, the API from inside, and updates
 * that nobody notices. `network.test.ts` runs it against one process and against several.
 */
import assert from "node:assert/strict";
import { Resolver } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { Agent, get } from "node:http";
import { before, describe, test } from "node:test";
import { accessOf } from "../testing/api-call.ts";
import { awaitObjects, type Seen } from "../testing/await-objects.ts";
import { run } from "../testing/program.ts";
import { unannounced } from "../testing/unannounced.ts";
import { clientYaml, healthPort, web } from "./harness/network-manifests.ts";

/** A running cluster with real containers. */
export interface NetworkedCluster {
  readonly environment: Readonly<Record<string, string>>;
  kubectl(...args: readonly string[]): Promise<string>;
  apply(yaml: string): Promise<void>;
}

/** Between the requests of a client: without it they take the processors that pods need to start. */
const paceMs = 5;
const serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

export function networkSuite(name: string, cluster: () => NetworkedCluster): void {
  const inPod = (pod: string, script: string): Promise<string> =>
    cluster().kubectl("exec", pod, "--", "sh", "-c", script);
  const jsonPath = (kind: string, object: string, path: string): Promise<string> =>
    cluster().kubectl("get", kind, object, "-o", `jsonpath=${path}`);
  const access = () => accessOf(cluster().environment["KUBECONFIG"] ?? "");
  const podAddresses = async (): Promise<readonly string[]> => {
    const path = "jsonpath={.items[*].status.podIP}";
    const text = await cluster().kubectl("get", "pods", "-l", "app=web", "-o", path);
    return text.split(" ").sort();
  };

  describe(name, () => {
    before(async () => {
      assert.doesNotMatch(readFileSync("/proc/net/route", "utf8"), /\t00000000\t.*\t00000000\t/);
      await cluster().apply(`${web}${clientYaml("client")}`);
      await cluster().kubectl("rollout", "status", "deployment", "web", "--timeout=60s");
      await cluster().kubectl("wait", "pod/client", "--for=condition=Ready", "--timeout=60s");
    });

    test("a pod resolves services, endpoints, ports and addresses, and is told at once what cannot be known", async () => {
      const ip = await jsonPath("service", "web", "{.spec.clusterIP}");
      const full = "web.default.svc.cluster.local";
      const asked = async (what: string): Promise<string> => inPod("client", `nslookup ${what} 2>&1 || true`);
      assert.match(await asked(full), new RegExp(`Name:\\s${full}\nAddress: ${ip}\n`));
      assert.match(await asked("elsewhere.default.svc.cluster.local"), new RegExp(`Address: ${ip}\n`));
      const each = await asked("-type=a each.default.svc.cluster.local");
      const found = [...each.matchAll(/^Address: ([\d.]+)$/gm)].map(([, address]) => address).sort();
      assert.deepEqual(found, await podAddresses());
      assert.match(await asked(`-type=srv _http._tcp.${full}`), new RegExp(`service = 0 100 80 ${full}`));
      const reverse = `${ip.split(".").reverse().join(".")}.in-addr.arpa`;
      assert.match(await asked(`-type=ptr ${reverse}`), new RegExp(`${reverse}\\s+name = ${full}`));
      const begun = Date.now();
      assert.match(await asked("www.example.com"), /SERVFAIL|REFUSED/);
      assert.ok(Date.now() - begun < 4_000, "no upstream is waited for that cannot be reached");
    });

    test("HTTP by name: from a pod through its search domains, from the machine, and by node port", async () => {
      const hosts = await cluster().kubectl("get", "pods", "-l", "app=web", "-o", "name");
      const expected = hosts
        .trim()
        .split("\n")
        .map((line) => line.replace("pod/", ""))
        .sort();
      const ask = (host: string): string => `/kubectl --server http://${host} get --raw /`;
      const pages = await inPod("client", `for i in $(seq 16); do ${ask("web")}; done`);
      assert.deepEqual([...new Set(pages.trim().split("\n"))].sort(), expected);
      assert.ok(expected.includes((await inPod("client", ask("web.default"))).trim()));

      const resolver = new Resolver();
      resolver.setServers(["10.96.0.10"]);
      const [address = ""] = await resolver.resolve4("web.default.svc.cluster.local");
      assert.equal(expected.includes(await fetched(`http://${address}/`)), true);
      const nodeAddress = "jsonpath={.items[0].status.addresses[0].address}";
      const node = await cluster().kubectl("get", "nodes", "-o", nodeAddress);
      assert.equal(expected.includes(await fetched(`http://${node}:30080/`)), true);
      await assert.rejects(fetched("http://10.96.77.77/"), "an address that no Service holds is refused");
    });

    test("resolv.conf is what the pod's DNS policy says", async () => {
      const config = `dnsConfig: {nameservers: [10.96.0.10], searches: [svc.cluster.local], options: [{name: ndots, value: "2"}, {name: edns0}]}`;
      const none = clientYaml("none", `dnsPolicy: None\n  ${config}`);
      const added = clientYaml("added", `dnsPolicy: ClusterFirst\n  ${config}`);
      const host = clientYaml("host", "dnsPolicy: ClusterFirstWithHostNet\n  hostNetwork: true");
      await cluster().apply(`${none}${added}${host}${clientYaml("node", "dnsPolicy: Default")}`);
      const names = ["none", "added", "host", "node"];
      await cluster().kubectl(
        "wait",
        ...names.map((one) => `pod/${one}`),
        "--for=condition=Ready",
        "--timeout=60s",
      );
      const conf = (pod: string): Promise<string> => inPod(pod, "cat /etc/resolv.conf");
      const searches = "default.svc.cluster.local svc.cluster.local cluster.local";
      assert.match(
        await conf("client"),
        new RegExp(`^search ${searches}.*\nnameserver 10.96.0.10\noptions ndots:5\n$`),
      );
      assert.match(
        await conf("host"),
        new RegExp(`^search ${searches}.*\nnameserver 10.96.0.10\noptions ndots:5\n$`),
      );
      assert.equal(
        await conf("none"),
        "search svc.cluster.local\nnameserver 10.96.0.10\noptions ndots:2 edns0\n",
      );
      assert.match(
        await conf("added"),
        new RegExp(`^search ${searches}.*\nnameserver 10.96.0.10\noptions ndots:2 edns0\n$`),
      );
      assert.doesNotMatch(await conf("node"), /10\.96\.0\.10/);
      assert.match(await inPod("host", "nslookup web.default.svc.cluster.local"), /Address: 10\./);
      await cluster().kubectl("delete", "pod", ...names, "--wait=false");
    });

    test("a pod reaches the API with its token and CA: 200, 403, and 401 when it is gone", async () => {
      await cluster().apply(clientYaml("caller"));
      await cluster().kubectl("wait", "pod/caller", "--for=condition=Ready", "--timeout=60s");
      const trust = `--certificate-authority ${serviceAccount}/ca.crt --token $(cat ${serviceAccount}/token)`;
      const ask = (url: string, what: string): Promise<string> =>
        inPod("caller", `/kubectl --server ${url} ${trust} ${what} 2>&1 || true`);
      for (const url of ["https://kubernetes.default.svc", "https://kubernetes", "https://10.96.0.1:443"])
        assert.match(await ask(url, "get --raw /version"), /"minor": ?"36"/, url);
      assert.match(
        await ask("https://kubernetes.default.svc", "get pods"),
        /Forbidden.*cannot list resource "pods"/,
      );
      const token = await inPod("caller", `cat ${serviceAccount}/token`);
      const asPod = ["auth", "whoami", "--token", token, "--kubeconfig", "/dev/null"];
      const endpoint = await jsonPath(
        "endpointslice",
        "kubernetes",
        "{.endpoints[0].addresses[0]}:{.ports[0].port}",
      );
      const outside = () =>
        run("kubectl", [...asPod, "--server", `https://${endpoint}`, "--insecure-skip-tls-verify"]);
      assert.equal((await outside()).code, 0);
      await cluster().kubectl("delete", "pod", "caller", "--timeout=30s");
      assert.match((await outside()).stderr, /Unauthorized|must be logged in/);
    });

    test("a load balancer's health check port tells of the endpoints on this node", async () => {
      const answer = await fetch(`http://127.0.0.1:${healthPort}/`);
      assert.equal(answer.status, 200);
      assert.deepEqual(await answer.json(), {
        service: { namespace: "default", name: "balanced" },
        localEndpoints: 3,
        serviceProxyHealthy: true,
      });
      assert.equal((await fetch("http://127.0.0.1:10256/healthz")).status, 200);
      assert.match(
        await (await fetch("http://127.0.0.1:10249/metrics")).text(),
        /^kubeproxy_sync_proxy_rules/m,
      );
    });

    test("a rolling update under continuous requests, of which none fails", async () => {
      const url = `http://${await jsonPath("service", "web", "{.spec.clusterIP}")}/`;
      const stop = new AbortController();
      let answered = 0;
      const failures: string[] = [];
      const client = async (): Promise<void> => {
        while (!stop.signal.aborted) {
          await fetched(url).then(
            () => (answered += 1),
            (error: Error) => failures.push(error.message),
          );
          await setTimeout(paceMs);
        }
      };
      const clients = [client(), client(), client(), client()];
      await cluster().kubectl("rollout", "restart", "deployment", "web");
      await cluster().kubectl("rollout", "status", "deployment", "web", "--timeout=120s");
      stop.abort();
      await Promise.all(clients);
      assert.deepEqual(failures, []);
      assert.ok(answered > 100, `${answered} requests`);
    });

    test("scaled to ten and back, the Service has the pods that there are", async () => {
      const slices = `${discovery}/default/endpointslices?labelSelector=kubernetes.io/service-name=web`;
      for (const count of [10, 3]) {
        await cluster().kubectl("scale", "deployment", "web", `--replicas=${count}`);
        await cluster().kubectl("rollout", "status", "deployment", "web", "--timeout=120s");
        await awaitObjects(
          access(),
          "/api/v1/namespaces/default/pods?labelSelector=app=web",
          "pods",
          (pods) => pods.length === count,
        );
        const own = await podAddresses();
        await awaitObjects<Slice>(access(), slices, "their endpoints", (all) =>
          isDeepStrictEqual(all.flatMap(readyAddresses).sort(), own),
        );
      }
    });

    test("whoever gives the DNS Service a selector has it, and gives it back", async () => {
      const patch = (selector: string): Promise<string> =>
        cluster().kubectl(
          "patch",
          "service",
          "kube-dns",
          "-n",
          "kube-system",
          "--type=merge",
          "-p",
          selector,
        );
      const ours = (there: boolean): Promise<unknown> =>
        awaitObjects(
          access(),
          `${discovery}/kube-system/endpointslices`,
          `our endpoints: ${there}`,
          (all) =>
            there ===
            all.some(({ metadata }) => Object.values(metadata.labels ?? {}).includes("navarch-dns")),
        );
      await patch('{"spec":{"selector":{"k8s-app":"kube-dns"}}}');
      await ours(false);
      await patch('{"spec":{"selector":null}}');
      await ours(true);
      await unannounced("names are known again", async () =>
        /Address: 10\./.test(await inPod("client", "nslookup web.default.svc.cluster.local || true")),
      );
    });
  });
}

const discovery = "/apis/discovery.k8s.io/v1/namespaces";

interface Slice extends Seen {
  readonly endpoints: readonly {
    readonly addresses: readonly string[];
    readonly conditions: { readonly ready?: boolean };
  }[];
}

function readyAddresses({ endpoints }: Slice): readonly string[] {
  return endpoints.filter(({ conditions }) => conditions.ready === true).flatMap((one) => one.addresses);
}

/** A page by a connection of its own. */
function fetched(url: string): Promise<string> {
  const agent = new Agent({ keepAlive: false });
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, timeout: 5_000 }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => (text += part));
      answer.on("error", reject).on("end", () => {
        if (answer.statusCode === 200) resolve(text.trim());
        else reject(new Error(`status ${answer.statusCode}`));
      });
    });
    request.on("error", reject).on("timeout", () => request.destroy(new Error("no answer")));
  });
}
