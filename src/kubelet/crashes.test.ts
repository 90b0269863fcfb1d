/**
 * Kubelets that crash, machines that reboot or set their clocks, and runtimes that go away, at random from seeds: what
 * must always hold is looked at twice a second, and in the end every pod is where it belongs.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pod, type PodSpec, pods } from "#api";
import type { Random } from "#base";
import type { NewObject } from "#client";
import { condition, NodeBench, statusOf } from "./testing/node-bench.ts";
import { PodWatcher } from "./testing/pod-watcher.ts";
import { SimNode } from "./testing/sim-node.ts";

const seeds = ["1", "2", "3", "4"];

interface Kind {
  readonly spec: (bench: NodeBench) => NewObject<PodSpec>;
  /** Where such a pod belongs in the end. */
  readonly end: (pod: Pod) => boolean;
}

const ready = (pod: Pod): boolean => condition(pod, "Ready") === "True";
const ended =
  (phase: string) =>
  (pod: Pod): boolean =>
    pod.status.phase === phase;
/** In 25 minutes a container that runs for 20 s starts at least six times. */
const restarting = (pod: Pod): boolean => pod.status.phase === "Running" && statusOf(pod).restartCount >= 6;

const kinds: readonly Kind[] = [
  { spec: (bench) => ({ containers: [{ name: "main", image: bench.harness.otherImage }] }), end: ready },
  { spec: (bench) => ({ containers: [bench.shell("main", "sleep 20; exit 1")] }), end: restarting },
  {
    spec: (bench) => ({ restartPolicy: "OnFailure", containers: [bench.shell("main", "sleep 5")] }),
    end: ended("Succeeded"),
  },
  {
    spec: (bench) => ({ restartPolicy: "Never", containers: [bench.shell("main", "sleep 10; exit 1")] }),
    end: ended("Failed"),
  },
  {
    spec: (bench) => ({
      initContainers: [
        bench.shell("one", "sleep 3"),
        bench.shell("side", "sleep 100000", { restartPolicy: "Always" }),
      ],
      containers: [{ name: "main", image: bench.harness.otherImage }],
    }),
    end: ready,
  },
];

for (const seed of seeds) {
  test(`Kubelet under crashes: seed ${seed}`, async () => {
    await using node = new SimNode(`crashes ${seed}`);
    await node.run(async () => {
      await node.startKubelet();
      await new Storm(node).run();
    });
  });
}

class Storm {
  readonly #node: SimNode;
  readonly #bench: NodeBench;
  readonly #random: Random;
  readonly #watcher: PodWatcher;
  readonly #ends = new Map<string, Kind>();
  #made = 0;

  constructor(node: SimNode) {
    this.#node = node;
    this.#bench = new NodeBench(node);
    this.#random = node.env.random.fork("storm");
    this.#watcher = new PodWatcher(node.runtime);
  }

  async run(): Promise<void> {
    for (let round = 0; round < 40; round += 1) {
      await this.#happening();
      await this.#watch(this.#random.below(8_000));
    }
    this.#node.runtime.reachable = true;
    await this.#watch(1_500_000, 5_000);
    await this.#judge();
  }

  async #happening(): Promise<void> {
    switch (this.#random.below(9)) {
      case 0:
        await this.#node.crashKubelet();
        await this.#meanwhile();
        return this.#node.startKubelet();
      case 1:
        await this.#node.crashKubelet();
        await this.#node.rebootNode();
        await this.#meanwhile();
        return this.#node.startKubelet();
      case 2:
        this.#node.runtime.reachable = false;
        await this.#meanwhile();
        this.#node.runtime.reachable = true;
        return;
      case 3:
      case 4:
        return this.#delete();
      case 5:
        return this.#node.jumpClock((this.#random.float() * 2 - 1) * 24 * 3_600_000);
      default:
        return this.#create();
    }
  }

  /** What others do while the node is not itself. */
  async #meanwhile(): Promise<void> {
    for (let count = this.#random.below(3); count > 0; count -= 1) {
      await (this.#random.below(2) === 0 ? this.#create() : this.#delete());
      await this.#node.env.clock.sleep(this.#random.below(8_000));
    }
  }

  async #create(): Promise<void> {
    const kind = kinds[this.#random.below(kinds.length)];
    if (kind === undefined) return;
    const name = `p${this.#made++}`;
    await this.#bench.create(name, kind.spec(this.#bench));
    this.#ends.set(name, kind);
  }

  async #delete(): Promise<void> {
    const names = [...this.#ends.keys()];
    if (names.length === 0) return;
    const name = names[this.#random.below(names.length)];
    if (name === undefined) return;
    this.#ends.delete(name);
    await this.#bench.delete(name, [0, 3, undefined][this.#random.below(3)]);
  }

  async #watch(forMs: number, everyMs = 500): Promise<void> {
    for (let passed = 0; passed < forMs; passed += everyMs) {
      await this.#watcher.look(await this.#pods());
      await this.#node.env.clock.sleep(everyMs);
    }
  }

  async #pods(): Promise<readonly Pod[]> {
    return (await this.#node.client.of(pods).list({}, this.#bench.signal)).items;
  }

  /** Every pod is where it belongs, and nothing is left of the deleted ones. */
  async #judge(): Promise<void> {
    const list = await this.#pods();
    assert.deepEqual(list.map((one) => one.metadata.name).sort(), [...this.#ends.keys()].sort());
    for (const pod of list) {
      const kind = this.#ends.get(pod.metadata.name ?? "");
      assert.equal(
        kind?.end(pod),
        true,
        `pod ${pod.metadata.name}: ${JSON.stringify(pod.status, undefined, 1)}`,
      );
    }
    const uids = new Set(list.map((one) => one.metadata.uid));
    const sandboxes = await this.#node.runtime.listPodSandbox({}, this.#bench.signal);
    assert.deepEqual(
      sandboxes.filter((one) => !uids.has(one.uid)),
      [],
    );
    assert.equal(this.#watcher.looks > 100, true);
  }
}
