/** Prometheus' Kubernetes service discovery in all its roles, and its judgement of our metrics. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { KubectlCluster } from "../kubectl/kubectl.ts";
import { call } from "../testing/api-call.ts";
import { discoveryJobs, type Labels, Prometheus } from "./prometheus.ts";

const ROLES = ["node", "pod", "service", "endpoints", "endpointslice", "ingress"];

const LABELS = { app: "web" };
const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: {
    replicas: 2,
    selector: { matchLabels: LABELS },
    template: {
      metadata: { labels: LABELS, annotations: { "prometheus.io/scrape": "true" } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{ name: "main", image: "app:1", ports: [{ name: "http", containerPort: 8080 }] }],
      },
    },
  },
};
const service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", labels: LABELS },
  spec: { selector: LABELS, ports: [{ name: "http", port: 80, targetPort: "http" }] },
};
const backend = { service: { name: "web", port: { name: "http" } } };
const ingress = {
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: { name: "web" },
  spec: {
    ingressClassName: "nginx",
    tls: [{ hosts: ["web.example"] }],
    rules: [{ host: "web.example", http: { paths: [{ path: "/shop", pathType: "Prefix", backend }] } }],
  },
};

/** The labels of the targets that `name`d as the label says, sorted by their address. */
function ours(targets: readonly Labels[], label: string): readonly Labels[] {
  return targets
    .filter((target) => target[label]?.startsWith("web") === true)
    .toSorted((a, b) => ((a["__address__"] ?? "") < (b["__address__"] ?? "") ? -1 : 1));
}

const noDiscovery = await Prometheus.refusal(discoveryJobs("/dev/null", ROLES));
const noPrometheus = await Prometheus.refusal([]);

describe("Prometheus' discovery", { skip: noDiscovery }, () => {
  let cluster: KubectlCluster;
  let prometheus: Prometheus;
  before(async () => {
    cluster = await KubectlCluster.start("prom");
    prometheus = await Prometheus.start(discoveryJobs(cluster.environment()["KUBECONFIG"] ?? "", ROLES));
    await create("/apis/apps/v1/namespaces/default/deployments", deployment);
    await create("/api/v1/namespaces/default/services", service);
    await create("/apis/networking.k8s.io/v1/namespaces/default/ingresses", ingress);
  });
  after(async () => {
    await prometheus?.[Symbol.asyncDispose]();
    await cluster?.[Symbol.asyncDispose]();
  });

  test("discovers nodes with their addresses, labels and provider", async () => {
    const [node] = await prometheus.targets("node", "the node", (targets) => targets.length === 1);
    assert.equal(node?.["node_name"], "prom-0");
    assert.equal(node?.["__address__"], "127.0.0.1:10250");
    assert.equal(node?.["node_address_InternalIP"], "127.0.0.1");
    assert.equal(node?.["node_label_kubernetes_io_hostname"], "prom-0");
  });

  test("discovers pods, and sees them become ready, come and go", async () => {
    const isReady = (target: Labels): boolean => target["pod_ready"] === "true";
    const pods = await prometheus.targets(
      "pod",
      "two ready pods",
      (targets) => ours(targets, "pod_name").filter(isReady).length === 2,
    );
    const [pod] = ours(pods, "pod_name");
    assert.match(pod?.["pod_ip"] ?? "", /^10\.244\./);
    assert.equal(pod?.["__address__"], `${pod?.["pod_ip"]}:8080`);
    const expected: Labels = {
      namespace: "default",
      pod_container_name: "main",
      pod_container_image: "app:1",
      pod_container_port_name: "http",
      pod_container_port_number: "8080",
      pod_container_port_protocol: "TCP",
      pod_phase: "Running",
      pod_node_name: "prom-0",
      pod_controller_kind: "ReplicaSet",
      pod_label_app: "web",
      pod_annotation_prometheus_io_scrape: "true",
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(pod?.[name], value, name);
    await scale(3);
    await prometheus.targets("pod", "three pods", (targets) => ours(targets, "pod_name").length === 3);
    await scale(2);
    await prometheus.targets("pod", "two pods", (targets) => ours(targets, "pod_name").length === 2);
  });

  test("discovers services, endpoints and endpoint slices", async () => {
    const services = await prometheus.targets(
      "service",
      "the service",
      (all) => ours(all, "service_name").length === 1,
    );
    const [web] = ours(services, "service_name");
    assert.equal(web?.["__address__"], "web.default.svc:80");
    assert.match(web?.["service_cluster_ip"] ?? "", /^10\.9\d\./);
    assert.deepEqual([web?.["service_type"], web?.["service_port_name"]], ["ClusterIP", "http"]);
    for (const [role, prefix] of [
      ["endpoints", "endpoint"],
      ["endpointslice", "endpointslice_endpoint_conditions"],
    ] as const) {
      const targets = await prometheus.targets(
        role,
        "two ready endpoints",
        (all) => ours(all, "service_name").filter((one) => one[`${prefix}_ready`] === "true").length === 2,
      );
      const [endpoint] = ours(targets, "service_name");
      assert.match(endpoint?.["__address__"] ?? "", /^10\.244\.\d+\.\d+:8080$/);
      assert.equal(endpoint?.["pod_label_app"], "web", role);
      assert.equal(endpoint?.["service_label_app"], "web", role);
    }
  });

  test("discovers ingresses by host and path", async () => {
    const [found] = await prometheus.targets("ingress", "the ingress", (targets) => targets.length === 1);
    const { ingress_scheme: scheme, ingress_host: host, ingress_path: path } = found ?? {};
    assert.deepEqual([scheme, host, path], ["https", "web.example", "/shop"]);
    assert.equal(found?.["ingress_class_name"], "nginx");
  });

  test("sees what is deleted go, without a complaint about any list or watch", async () => {
    await call(cluster.access, "DELETE", "/api/v1/namespaces/default/services/web");
    const none = (targets: readonly Labels[]): boolean => ours(targets, "service_name").length === 0;
    for (const role of ["service", "endpoints", "endpointslice"])
      await prometheus.targets(role, "none", none);
    assert.deepEqual(prometheus.complaints(), []);
  });

  async function create(path: string, body: unknown): Promise<void> {
    const { status, text } = await call(cluster.access, "POST", path, body);
    assert.equal(status, 201, text);
  }

  async function scale(replicas: number): Promise<void> {
    const path = "/apis/apps/v1/namespaces/default/deployments/web/scale";
    const type = "application/merge-patch+json";
    const { status, text } = await call(cluster.access, "PATCH", path, { spec: { replicas } }, type);
    assert.equal(status, 200, text);
  }
});

describe("Prometheus on our metrics", { skip: noPrometheus }, () => {
  let cluster: KubectlCluster;
  before(async () => {
    cluster = await KubectlCluster.start("scraped");
  });
  after(async () => cluster?.[Symbol.asyncDispose]());

  test("scrapes them with a client's certificate", async () => {
    const { host, port, agent } = cluster.access;
    const { ca, cert, key } = agent.options;
    const tls = {
      ca_file: cluster.file("ca.crt", String(ca)),
      cert_file: cluster.file("client.crt", String(cert)),
      key_file: cluster.file("client.key", String(key)),
    };
    const job = {
      job_name: "apiserver",
      scheme: "https",
      tls_config: tls,
      static_configs: [{ targets: [`${host}:${port}`] }],
    };
    await using prometheus = await Prometheus.start([job]);
    assert.equal(await prometheus.sample('up{job="apiserver"} == 1'), 1);
    const before_ = await prometheus.sample(
      'sum(apiserver_request_total{verb="GET",code="404"}) or vector(0)',
    );
    await call(cluster.access, "GET", "/api/v1/namespaces/none");
    const query = `sum(apiserver_request_total{verb="GET",code="404"}) > ${before_}`;
    assert.ok((await prometheus.sample(query)) > before_);
    assert.ok((await prometheus.sample("count(apiserver_request_duration_seconds_bucket)")) > 0);
    assert.deepEqual(prometheus.complaints(), []);
  });

  test("finds nothing to object to in our metrics", async () => {
    const metrics = await call(cluster.access, "GET", "/metrics");
    assert.match(metrics.text, /^apiserver_request_total\{.*\} \d+$/m);
    const promtool = spawn("promtool", ["check", "metrics"]);
    let complaints = "";
    for (const stream of [promtool.stdout, promtool.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (complaints += text));
    promtool.stdin.end(metrics.text);
    const [code] = await once(promtool, "close");
    assert.deepEqual([code, complaints], [0, ""]);
  });
});
