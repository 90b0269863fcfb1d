/** What a node says of its use, to those who scrape it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { podOf } from "../../testing/builders.ts";
import { cadvisorMetrics } from "./cadvisor-metrics.ts";
import { type CgroupFigures, cgroupFigures } from "./cgroup-figures.ts";
import { metricsText } from "./metrics-text.ts";
import type { DiskUse } from "./node-measures.ts";
import { type Reading, statsSummary } from "./stats.ts";
import { resourceMetrics } from "./usage-metrics.ts";

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
        volumes: [{ name: "scratch", emptyDir: {} }],
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

test("a container that has ended is in no answer: it was measured at no time", () => {
  const [one] = reading.containers;
  assert.ok(one !== undefined);
  const ended = { ...one, id: "c2", atMs: 0, labels: { ...labels, "io.kubernetes.container.name": "done" } };
  const after = { ...reading, containers: [one, ended] };
  assert.equal(resourceMetrics(after), resourceMetrics(reading));
  assert.deepEqual(statsSummary(after, new Map()), statsSummary(reading, new Map()));
});

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
  const path = "/kubepods/burstable/podu1";
  const interfaces = [
    { ...network, rxPackets: 5, rxDropped: 2, txPackets: 6, txDropped: 0 },
    { ...network, name: "eth1", rxPackets: 0, rxDropped: 0, txPackets: 0, txDropped: 0 },
  ];
  const disks = [{ device: "8:0", reads: 1, writes: 2, readBytes: 3, writeBytes: 4 }];
  const processes = { processes: 2, fileDescriptors: 9, sockets: 4 };
  const counted = { periods: 8, throttledPeriods: 3, throttledSeconds: 0.5, cacheBytes: 6, threads: 5 };
  const figures = new Map([
    ["u1", { path, disks: [], interfaces, rssBytes: 2222 }],
    ["c1", { path: `${path}/c1`, disks, interfaces: [], processes, ...counted }],
  ]);
  const text = cadvisorMetrics(reading, figures);
  const own = `container="main",id="${path}/c1",image="web:1",name="c1",namespace="default",pod="web"`;
  const whole = `container="",id="${path}",image="",name="",namespace="default",pod="web"`;
  const net = (name: string): string =>
    `container="",id="${path}",image="",interface="${name}",name="",namespace="default",pod="web"`;
  const machine = 'container="",id="/",image="",name="",namespace="",pod=""';
  for (const line of [
    `container_cpu_usage_seconds_total{${own},cpu="total"} 2.5 ${nowMs}`,
    `container_cpu_usage_seconds_total{${whole},cpu="total"} 3 ${nowMs}`,
    `container_cpu_usage_seconds_total{${machine},cpu="total"} 9 ${nowMs}`,
    `container_cpu_cfs_throttled_periods_total{${own}} 3 ${nowMs}`,
    `container_cpu_cfs_throttled_seconds_total{${own}} 0.5 ${nowMs}`,
    `container_memory_cache{${own}} 6 ${nowMs}`,
    `container_memory_rss{${own}} 2000 ${nowMs}`,
    `container_memory_rss{${whole}} 2222 ${nowMs}`,
    `container_sockets{${own}} 4 ${nowMs}`,
    `container_fs_writes_bytes_total{${own},device="8:0"} 4 ${nowMs}`,
    `container_spec_cpu_quota{${own}} 50000 ${nowMs}`,
    `container_spec_memory_limit_bytes{${own}} 1024 ${nowMs}`,
    `container_network_transmit_bytes_total{${net("eth0")}} 20 ${nowMs}`,
    `container_network_receive_packets_dropped_total{${net("eth0")}} 2 ${nowMs}`,
    `container_network_receive_bytes_total{${net("eth1")}} 10 ${nowMs}`,
    "machine_cpu_cores 2",
  ])
    assert.ok(text.split("\n").includes(line), `${line}\nin\n${text}`);
  assert.ok(cadvisorMetrics(reading, new Map()).includes("container_network_receive_bytes_total{"));
});

const versions: readonly (readonly [1 | 2, Readonly<Record<string, string>>])[] = [
  [
    1,
    {
      "cpu/cpu.stat": "nr_periods 8\nnr_throttled 3\nthrottled_time 500000000",
      "cpuacct/cpuacct.stat": "user 250\nsystem 50",
      "memory/memory.stat":
        "cache 1\nrss 1\ntotal_cache 4096\ntotal_rss 8192\ntotal_mapped_file 5\ntotal_swap 0",
      "memory/memory.failcnt": "7",
      "memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 1",
      "pids/pids.current": "5",
      "blkio/blkio.throttle.io_serviced_recursive": "8:0 Read 1\n8:0 Write 2\n8:0 Sync 9\nTotal 3",
      "blkio/blkio.throttle.io_service_bytes_recursive": "8:0 Read 3\n8:0 Write 4\nTotal 7",
    },
  ],
  [
    2,
    {
      "cpu.stat":
        "usage_usec 3000000\nuser_usec 2500000\nsystem_usec 500000\nnr_periods 8\nnr_throttled 3\nthrottled_usec 500000",
      "memory.stat": "anon 8192\nfile 4096\nfile_mapped 5",
      "memory.swap.current": "0",
      "memory.events": "low 0\nhigh 0\nmax 7\noom 1\noom_kill 1",
      "pids.current": "5",
      "io.stat": "8:0 rbytes=3 wbytes=4 rios=1 wios=2 dbytes=0 dios=0",
    },
  ],
];

for (const [version, texts] of versions)
  test(`cgroupFigures() reads version ${version}, and leaves out what is not there`, () => {
    const expected: CgroupFigures = {
      path: "/kubepods/podu1",
      userSeconds: 2.5,
      systemSeconds: 0.5,
      periods: 8,
      throttledPeriods: 3,
      throttledSeconds: 0.5,
      cacheBytes: 4096,
      rssBytes: 8192,
      mappedBytes: 5,
      swapBytes: 0,
      memoryFailures: 7,
      oomKills: 1,
      threads: 5,
      disks: [{ device: "8:0", reads: 1, writes: 2, readBytes: 3, writeBytes: 4 }],
    };
    assert.deepEqual(cgroupFigures("/kubepods/podu1", version, new Map(Object.entries(texts))), expected);
    assert.deepEqual(cgroupFigures("/a", version, new Map()), { path: "/a", disks: [] });
  });

test("/stats/summary is upstream's", () => {
  const use = (usedBytes: number): DiskUse => ({ usedBytes, inodesUsed: 1, fs: disk });
  const storage = { volumes: new Map([["scratch", use(7)]]), logs: new Map([["main", use(5)]]) };
  const summary = statsSummary(reading, new Map([["u1", storage]])) as {
    node: { cpu: object; fs: object; network: object };
    pods: {
      podRef: object;
      startTime: string;
      memory: object;
      volume: object[];
      "ephemeral-storage": object;
      containers: { rootfs: object; logs: object; startTime: string }[];
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
  assert.deepEqual(pod?.containers[0]?.logs, { time, ...disk, usedBytes: 5, inodesUsed: 1 });
  assert.deepEqual(pod?.volume, [{ time, ...disk, usedBytes: 7, inodesUsed: 1, name: "scratch" }]);
  assert.deepEqual(pod?.["ephemeral-storage"], { time, ...disk, usedBytes: 52, inodesUsed: 2 });
});

test("metricsText() escapes what is in labels, and leaves out what has no samples", () => {
  const samples = [{ labels: { a: 'x"y\\z\n' }, value: 1 }];
  const text = metricsText([
    { name: "one", type: "gauge", help: "One.", samples },
    { name: "two", type: "gauge", help: "Two.", samples: [] },
  ]);
  assert.equal(text, '# HELP one One.\n# TYPE one gauge\none{a="x\\"y\\\\z\\n"} 1\n');
});
