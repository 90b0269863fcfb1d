/** Tests on nodes of this machine: each finds one with its kubelet running, and nothing else on it. */
import assert from "node:assert/strict";
import { after, before, describe, type TestContext, test } from "node:test";
import type { Container, PodSpec } from "../../../src/api/mod.ts";
import type { NewObject } from "../../../src/client/mod.ts";
import type { KubeletOptions } from "../../../src/kubelet/options.ts";
import { NodeBench, statusOf } from "../../../src/kubelet/testing/node-bench.ts";
import { onOwnMachine } from "./own-machine.ts";
import { RealNode } from "./real-node.ts";
import { type RealRuntime, RealRuntimes } from "./real-runtime.ts";

/** A bench with the machine below it. */
export class RealBench extends NodeBench {
  declare readonly harness: RealNode;
  readonly machine: RealRuntime;
  #pods = 0;

  constructor(node: RealNode, machine: RealRuntime) {
    super(node);
    this.machine = machine;
  }

  /** A container of the shell image whose last words are what its script prints. */
  speaker(script: string, more: Partial<Container> = {}): NewObject<Container> {
    return this.shell("main", `{ ${script}; } > /dev/termination-log 2>&1; exit 0`, more);
  }

  /** What a pod's only container leaves as its last words. */
  async saidBy(
    script: string,
    more: Partial<Container> = {},
    spec: NewObject<PodSpec> = {},
  ): Promise<string> {
    this.#pods += 1;
    const name = `s${this.#pods}`;
    await this.create(name, { restartPolicy: "Never", ...spec, containers: [this.speaker(script, more)] });
    const pod = await this.eventually(name, (one) => /Succeeded|Failed/.test(one.status.phase ?? ""));
    const said = statusOf(pod).state.terminated?.message ?? "";
    assert.equal(pod.status.phase, "Succeeded", said);
    return said;
  }
}

/** Registers a test. `options`: of its kubelet. */
export type RealCheck = (
  title: string,
  body: (bench: RealBench, t: TestContext) => Promise<void>,
  options?: Partial<KubeletOptions>,
) => void;

/**
 * Runs a file's tests on a machine of its own, three at once.
 * `services`: what they use beside the nodes, started before them and disposed of after.
 */
export function onRealNodes(
  file: string,
  title: string,
  register: (check: RealCheck) => void,
  {
    skip = false,
    services = [],
  }: { readonly skip?: string | false; readonly services?: readonly Service[] } = {},
): void {
  onOwnMachine(file, () => {
    describe(title, { concurrency: 3, skip }, () => {
      const machines = new RealRuntimes();
      const all: readonly Service[] = [machines.registry, ...services];
      before(() => Promise.all(all.map((one) => one.start())));
      after(async () => {
        for (const one of services) await one[Symbol.asyncDispose]();
        await machines[Symbol.asyncDispose]();
      });
      register((name, body, options) => {
        test(name, async (t) => {
          const machine = await machines.take();
          await using node = new RealNode(machines, machine, options);
          await node.startKubelet();
          await body(new RealBench(node, machine), t);
        });
      });
    });
  });
}

interface Service extends AsyncDisposable {
  start(): Promise<void>;
}
