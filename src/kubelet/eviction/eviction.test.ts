/** Nodes that run short: who goes, what is said, and who may still come. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { events, type Pod, Quantity } from "#api";
import { container, podOf } from "../testing/builders.ts";
import { condition, NodeBench } from "../testing/node-bench.ts";
import { SimNode } from "../testing/sim-node.ts";
import type { DiskUsage, NodeUsage, PodUsage } from "./node-usage.ts";
import { calm, hardThresholds, judge, type Shortage } from "./thresholds.ts";
import { blamedPart, overLimit, rank, shortageMessage } from "./victims.ts";

const mebibyte = 2 ** 20;
const disk = { availableBytes: 500, capacityBytes: 1000, inodesFree: 500, inodes: 1000 };
const well: NodeUsage = {
  memory: { availableBytes: 500 * mebibyte, capacityBytes: 1000 * mebibyte },
  nodefs: disk,
  imagefs: disk,
  imagefsApart: false,
  processes: { available: 500, most: 1000 },
};
const short: NodeUsage = { ...well, memory: { ...well.memory, availableBytes: 50 * mebibyte } };

test("judge() holds a condition for a while after its signal is well again", () => {
  const options = { thresholds: hardThresholds, transitionMs: 300_000 };
  const first = judge(short, options, calm, 1000);
  assert.deepEqual([...first.pressures], ["MemoryPressure"]);
  const [due] = first.due;
  assert.deepEqual(
    [due?.resource, due?.wanted.toString(), due?.available.toString()],
    ["memory", "100Mi", "50Mi"],
  );
  const later = judge(well, options, first.state, 301_000);
  assert.deepEqual([later.due, [...later.pressures]], [[], ["MemoryPressure"]]);
  assert.deepEqual([...judge(well, options, later.state, 301_001).pressures], []);
});

test("judge() reads parts of the capacity, and waits for a soft threshold's grace", () => {
  const thresholds = [{ signal: "nodefs.inodesFree", value: "51%", graceMs: 60_000 }] as const;
  const options = { thresholds, transitionMs: 0 };
  const first = judge(well, options, calm, 0);
  assert.deepEqual([first.due, [...first.pressures]], [[], ["DiskPressure"]]);
  assert.equal(judge(well, options, first.state, 60_000).due.length, 1);
  assert.equal(
    judge(
      well,
      options,
      judge({ ...well, nodefs: { ...disk, inodesFree: 510 } }, options, first.state, 30_000).state,
      60_000,
    ).due.length,
    0,
  );
});

const memoryShortage: Shortage = {
  threshold: { signal: "memory.available", value: "100Mi", graceMs: 0 },
  resource: "memory",
  wanted: Quantity.parse("100Mi"),
  available: Quantity.parse("50Mi"),
};

const named = (uid: string, request: string, more: Partial<Pod["spec"]> = {}): Pod => ({
  ...podOf({ containers: [container("main", { resources: { requests: { memory: request } } })], ...more }),
  metadata: { name: uid, namespace: "default", uid },
});

const using = (
  memoryBytes: number,
  storageBytes = 0,
  volumes: Readonly<Record<string, number>> = {},
): PodUsage => ({
  memoryBytes,
  processes: 1,
  containers: new Map([["main", { memoryBytes, writable: bytes(storageBytes), logs: bytes(0) }]]),
  volumes: new Map(Object.entries(volumes).map(([name, size]) => [name, bytes(size)])),
});

function bytes(size: number): DiskUsage {
  return { bytes: size, inodes: 0 };
}

test("rank() takes who exceeds its request first, then the lowest priority, then the largest excess", () => {
  const pods = [
    named("within", "50Mi"),
    named("little", "10Mi"),
    named("much", "10Mi"),
    named("dear", "0", { priority: 1000 }),
    named("critical", "0", { priority: 2_000_001_000 }),
  ];
  const usage = new Map(
    Object.entries({ within: 40, little: 20, much: 30, dear: 90, critical: 99 }).map(([uid, size]) => [
      uid,
      using(size * mebibyte),
    ]),
  );
  const order = rank(pods, usage, memoryShortage).map((one) => one.metadata.uid);
  assert.deepEqual(order, ["much", "little", "dear", "within"]);
  assert.equal(
    shortageMessage(named("much", "10Mi"), usage.get("much"), memoryShortage),
    "The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. " +
      "Container main was using 30Mi, request is 10Mi, has larger consumption of memory. ",
  );
});

test("rank() blames a pod for the file system that is short, and counts inodes when those are", () => {
  const use = (writable: DiskUsage, logs: DiskUsage, volume: DiskUsage): PodUsage => ({
    memoryBytes: 0,
    processes: 1,
    containers: new Map([["main", { memoryBytes: 0, writable, logs }]]),
    volumes: new Map([["v", volume]]),
  });
  const none = bytes(0);
  const usage = new Map([
    ["writer", use({ bytes: 300, inodes: 1 }, none, none)],
    ["talker", use(none, { bytes: 200, inodes: 2 }, none)],
    ["keeper", use(none, none, { bytes: 150, inodes: 90 })],
  ]);
  const pods = [...usage.keys()].map((uid) => named(uid, "0"));
  const first = (signal: Shortage["threshold"]["signal"], apart: boolean): string | undefined => {
    const resource = signal.endsWith("inodesFree") ? "inodes" : "ephemeral-storage";
    const shortage: Shortage = { ...memoryShortage, resource, threshold: { signal, value: "1", graceMs: 0 } };
    return rank(pods, usage, shortage, blamedPart(shortage, apart))[0]?.metadata.uid;
  };
  assert.deepEqual(
    [
      first("nodefs.available", false),
      first("imagefs.available", false),
      first("nodefs.available", true),
      first("imagefs.available", true),
      first("nodefs.inodesFree", true),
      first("imagefs.inodesFree", true),
      first("nodefs.inodesFree", false),
    ],
    ["writer", "writer", "talker", "writer", "keeper", "writer", "keeper"],
  );
});

test("overLimit() says which limit of its own a pod is over", () => {
  const volume = podOf({ volumes: [{ name: "v", emptyDir: { sizeLimit: "1Mi" } }] });
  const limits = { "ephemeral-storage": "1Mi" };
  const limited = podOf({ containers: [container("main", { resources: { limits } })] });
  const rows = [
    overLimit(volume, using(0, 0, { v: mebibyte })),
    overLimit(volume, using(0, 0, { v: mebibyte + 1 })),
    overLimit(limited, using(0, mebibyte + 1)),
  ];
  assert.deepEqual(rows, [
    undefined,
    'Usage of EmptyDir volume "v" exceeds the limit "1Mi". ',
    "Pod ephemeral local storage usage exceeds the total limit of containers 1Mi. ",
  ]);
});

const onNode = (title: string, body: (bench: NodeBench, node: SimNode) => Promise<void>): void => {
  test(title, async () => {
    await using node = new SimNode(title);
    await node.run(async () => {
      await node.startKubelet();
      await body(new NodeBench(node), node);
    });
  });
};

onNode(
  "a node short of memory says so, evicts the greedy pod, and refuses pods that ask for nothing",
  async (bench, node) => {
    const resources = { requests: { memory: "10Mi" } };
    await bench.create("modest", { containers: [bench.shell("main", "sleep 100000", { resources })] });
    await bench.create("greedy", { containers: [bench.shell("main", "sleep 100000", { resources })] });
    const modest = await bench.running("modest");
    const greedy = await bench.running("greedy");
    node.stats.podUsage.set(modest.metadata.uid ?? "", using(5 * mebibyte));
    node.stats.podUsage.set(greedy.metadata.uid ?? "", using(50 * mebibyte));
    const before = node.stats.usage;
    node.stats.usage = { ...before, memory: { ...before.memory, availableBytes: 50 * mebibyte } };
    const evicted = await bench.phase("greedy", "Failed");
    node.stats.usage = before;
    const message =
      "The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. " +
      "Container main was using 50Mi, request is 10Mi, has larger consumption of memory. ";
    assert.deepEqual([evicted.status.reason, evicted.status.message], ["Evicted", message]);
    const target = evicted.status.conditions?.find((one) => one.type === "DisruptionTarget");
    assert.deepEqual(
      [target?.status, target?.reason, target?.message],
      ["True", "TerminationByKubelet", message],
    );
    await bench.told("greedy", "Evicted", message);

    await bench.env.clock.sleep(15_000);
    const pressed = (await bench.node()).status.conditions?.find((one) => one.type === "MemoryPressure");
    assert.deepEqual([pressed?.status, pressed?.reason], ["True", "KubeletHasInsufficientMemory"]);
    assert.equal(condition(await bench.pod("modest"), "Ready"), "True");
    await bench.create("free", { containers: [bench.shell("main", "sleep 100000")] });
    const refused = await bench.phase("free", "Failed");
    assert.equal(refused.status.message, "Pod was rejected: The node had condition: [MemoryPressure]. ");
    await bench.create("paying", { containers: [bench.shell("main", "sleep 100000", { resources })] });
    await bench.running("paying");

    await bench.env.clock.sleep(300_000);
    const well_ = (await bench.node()).status.conditions?.find((one) => one.type === "MemoryPressure");
    assert.deepEqual([well_?.status, well_?.reason], ["False", "KubeletHasSufficientMemory"]);
  },
);

onNode("an emptyDir over its size limit ends its pod, and nobody else", async (bench, node) => {
  const volumes = [{ name: "v", emptyDir: { sizeLimit: "1Mi" } }];
  await bench.create("full", { volumes, containers: [bench.shell("main", "sleep 100000")] });
  await bench.create("fine", { volumes, containers: [bench.shell("main", "sleep 100000")] });
  const full = await bench.running("full");
  await bench.running("fine");
  node.stats.podUsage.set(full.metadata.uid ?? "", using(0, 0, { v: 2 * mebibyte }));
  const evicted = await bench.phase("full", "Failed");
  assert.deepEqual(
    [evicted.status.reason, evicted.status.message],
    ["Evicted", 'Usage of EmptyDir volume "v" exceeds the limit "1Mi". '],
  );
  assert.equal(condition(evicted, "DisruptionTarget"), undefined);
  assert.equal(condition(await bench.pod("fine"), "Ready"), "True");
});

onNode(
  "a full disk costs unused images first, and pods only when that does not help",
  async (bench, node) => {
    const unused = node.images.load("example.com/unused:1");
    await bench.create("web", { containers: [bench.shell("main", "sleep 100000")] });
    const web = await bench.running("web");
    node.stats.podUsage.set(web.metadata.uid ?? "", using(0, 10 * mebibyte));
    await bench.env.clock.sleep(150_000);
    const before = node.stats.usage;
    const full = { ...before.imagefs, availableBytes: 0 };
    node.stats.usage = { ...before, imagefs: full, nodefs: full };
    const evicted = await bench.phase("web", "Failed");
    assert.match(
      evicted.status.message ?? "",
      /^The node was low on resource: ephemeral-storage\. Threshold quantity: /,
    );
    const left = await node.images.listImages(bench.signal);
    assert.equal(
      left.some((one) => one.id === unused.id),
      false,
    );
  },
);

onNode(
  "a node's file system that is not that of images costs no image when it is full",
  async (bench, node) => {
    const image = node.images.load("example.com/unused:1");
    await bench.create("web", { containers: [bench.shell("main", "sleep 100000")] });
    const web = await bench.running("web");
    node.stats.podUsage.set(web.metadata.uid ?? "", using(0, 0, { v: mebibyte }));
    await bench.env.clock.sleep(150_000);
    const before = node.stats.usage;
    const nodefs = { ...before.nodefs, availableBytes: 0 };
    node.stats.usage = { ...before, imagefsApart: true, nodefs };
    await bench.phase("web", "Failed");
    const left = await node.images.listImages(bench.signal);
    assert.ok(left.some((one) => one.id === image.id));
  },
);

onNode(
  "images go when their disk is over 85 % full, and it is told when that is not enough",
  async (bench, node) => {
    const image = node.images.load("example.com/old:1");
    await bench.env.clock.sleep(320_000);
    const { usage } = node.stats;
    const { capacityBytes } = usage.imagefs;
    const wanted = Math.floor(capacityBytes * 0.2 - capacityBytes * 0.15);
    node.stats.usage = { ...usage, imagefs: { ...usage.imagefs, availableBytes: capacityBytes * 0.15 } };
    await bench.env.clock.sleep(300_000);
    assert.equal(await node.images.imageStatus("example.com/old:1", bench.signal), undefined);
    const list = await bench.harness.client.of(events).list({ namespace: "default" }, bench.signal);
    const told = list.items.find((one) => one.reason === "FreeDiskSpaceFailed");
    assert.equal(
      told?.message,
      `Failed to garbage collect required amount of images. Attempted to free ${wanted} bytes, ` +
        `but only found ${image.sizeBytes} bytes eligible to free.`,
    );
  },
);
