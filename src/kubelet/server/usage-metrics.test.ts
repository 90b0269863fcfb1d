/** What a node says of its use, to those who scrape it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { podOf } from "../testing/builders.ts";
import { metricsText } from "./metrics-text.ts";
import { type Reading, statsSummary } from "./stats.ts";
import { cadvisorMetrics, resourceMetrics } from "./usage-metrics.ts";

const labels = {
  "io.kubernetes.pod.name": "web",
  "io.kubernetes.pod.namespace": "default",
  "io.kubernetes.pod.uid": "u1",
  "io.kubernetes.container.name": "main",
};
const memory = { usageBytes: 4000, rssBytes: 2000, availableBytes: 0, pageFaults: 7, majorPageFaults: 1 };
const network = { name: "eth0", rxBytes: 10, rxErrors: 0, txBytes: 20, txErrors: 1 };
const disk = { availableBytes: 60, capacityBytes: 100, inodesFree: 6, inodes: 10 };
const nowMs = Date.UTC(2026, 0, 2);

const reading: Reading = {
  nodeName: "n1",
  nowMs,
  containers: [
    {
      id: "c1",
      name: "main",
      attempt: 0,
      labels,
      atMs: nowMs,
      memory,
      cpuUsageNanoseconds: 2_500_000_000,
      memoryWorkingSetBytes: 3000,
      writableLayerUsedBytes: 40,
    },
  ],
  sandboxes: [
    {
      id: "s1",
      labels,
      atMs: nowMs,
      memory,
      network,
      processes: 3,
      cpuUsageNanoseconds: 3_000_000_000,
      memoryWorkingSetBytes: 3500,
    },
  ],
  node: {
    bootedAtMs: nowMs - 60_000,
    cpuCores: 2,
    cpuUsageNanoseconds: 9_000_000_000,
    memoryCapacityBytes: 10_000,
    memoryWorkingSetBytes: 6_000,
    memory,
    interfaces: [network],
    nodefs: disk,
    imagefs: disk,
    processes: { most: 1000, running: 50 },
  },
  pods: [
    {
      ...podOf({
        containers: [{ name: "main", image: "web", resources: { limits: { cpu: "500m", memory: "1Ki" } } }],
      }),
      status: {
        startTime: "2026-01-01T00:00:00Z",
        containerStatuses: [
          {
            name: "main",
            image: "web:1",
            imageID: "",
            ready: true,
            restartCount: 0,
            lastState: {},
            state: { running: { startedAt: "2026-01-01T00:00:05Z" } },
          },
        ],
      },
    },
  ],
  nanoCores: new Map([
    ["", 500_000_000],
    ["c1", 250_000_000],
  ]),
};

test("/metrics/resource has the node, its pods and its containers, with the time of each sample", () => {
  const lines = resourceMetrics(reading).split("\n");
  const has = (line: string): void => assert.ok(lines.includes(line), `${line}\nin\n${lines.join("\n")}`);
  has(`container_cpu_usage_seconds_total{container="main",namespace="default",pod="web"} 2.5 ${nowMs}`);
  has(`pod_memory_working_set_bytes{namespace="default",pod="web"} 3500 ${nowMs}`);
  has(`node_cpu_usage_seconds_total 9 ${nowMs}`);
  has(`container_start_time_seconds{container="main",namespace="default",pod="web"} 1767225605 ${nowMs}`);
  has("resource_scrape_error 0");
});

test("/metrics/cadvisor has containers, networks of pods, limits and the machine", () => {
  const text = cadvisorMetrics(reading);
  const own = 'container="main",id="c1",image="web:1",name="c1",namespace="default",pod="web"';
  const net = 'container="",id="s1",image="",interface="eth0",name="",namespace="default",pod="web"';
  for (const line of [
    `container_cpu_usage_seconds_total{${own},cpu="total"} 2.5 ${nowMs}`,
    `container_memory_rss{${own}} 2000 ${nowMs}`,
    `container_spec_cpu_quota{${own}} 50000 ${nowMs}`,
    `container_spec_memory_limit_bytes{${own}} 1024 ${nowMs}`,
    `container_network_transmit_bytes_total{${net}} 20 ${nowMs}`,
    "machine_cpu_cores 2",
  ])
    assert.ok(text.split("\n").includes(line), `${line}\nin\n${text}`);
});

test("/stats/summary is upstream's", () => {
  const summary = statsSummary(reading) as {
    node: { cpu: object; fs: object; network: object };
    pods: {
      podRef: object;
      startTime: string;
      memory: object;
      containers: { rootfs: object; startTime: string }[];
    }[];
  };
  const time = "2026-01-02T00:00:00Z";
  assert.deepEqual(summary.node.cpu, {
    time,
    usageNanoCores: 500_000_000,
    usageCoreNanoSeconds: 9_000_000_000,
  });
  assert.deepEqual(summary.node.fs, { time, ...disk, usedBytes: 40, inodesUsed: 4 });
  assert.deepEqual(summary.node.network, { time, ...network, interfaces: [network] });
  const [pod] = summary.pods;
  assert.deepEqual(pod?.podRef, { name: "web", namespace: "default", uid: "u1" });
  assert.equal(pod?.startTime, "2026-01-01T00:00:00Z");
  assert.equal(pod?.containers[0]?.startTime, "2026-01-01T00:00:05Z");
  assert.deepEqual(pod?.containers[0]?.rootfs, { time, ...disk, usedBytes: 40 });
});

test("metricsText() escapes what is in labels, and leaves out what has no samples", () => {
  const samples = [{ labels: { a: 'x"y\\z\n' }, value: 1 }];
  const text = metricsText([
    { name: "one", type: "gauge", help: "One.", samples },
    { name: "two", type: "gauge", help: "Two.", samples: [] },
  ]);
  assert.equal(text, '# HELP one One.\n# TYPE one gauge\none{a="x\\"y\\\\z\\n"} 1\n');
});
