/** Draws faults from the seed, in bursts: each stage of the life has some, and then peace to get through. */
import type { Random } from "#base";
import type { AnsweredCall } from "./audited-transport.ts";
import { type Fault, faults } from "./faults.ts";
import type { SimCluster } from "./sim-cluster.ts";

/** Hosts that are made to crash right after one of their API calls. */
const crashPointHosts = ["cm-0", "cm-1", "scheduler", "scheduler-1", "node-0", "node-1", "node-2"];

export interface ChaosOptions {
  /** Between two faults, on average, in ms. */
  readonly pauseMs: number;
  /** The most faults in one stage; after them the cluster has peace to get through it. */
  readonly perStage: number;
  /** Name of a fault that is chosen ten times as often. Default: none. */
  readonly favoured?: string;
}

export class Chaos {
  readonly counts = new Map<string, number>(faults.map(({ name }) => [name, 0]));
  readonly #cluster: SimCluster;
  readonly #random: Random;
  readonly #options: ChaosOptions;
  /** Calls until the host crashes after one. */
  readonly #armed = new Map<string, number>();
  #over = false;
  #left = 0;

  constructor(cluster: SimCluster, options: ChaosOptions) {
    this.#cluster = cluster;
    this.#random = cluster.world.random.fork("chaos");
    this.#options = options;
  }

  /** Injects until `stop`. */
  start(): void {
    this.#cluster.control.tasks.spawn("chaos", () => this.#run());
    this.#cluster.control.tasks.spawn("crash points", () => this.#arm());
  }

  /** A new stage of the life has begun. */
  refill(): void {
    this.#left = 1 + this.#random.below(this.#options.perStage);
  }

  /** Injects nothing more, and undoes what lasts. */
  stop(): void {
    const { world, disk, machines } = this.#cluster;
    this.#over = true;
    this.#armed.clear();
    world.network.heal();
    world.network.configure({ maxDelayMs: this.#cluster.maxDelayMs });
    disk.syncMs = 4;
    disk.failNext = false;
    this.#cluster.watchLagMs = 0;
    this.#cluster.renewalsLost.clear();
    this.#cluster.onSent = () => {};
    for (const machine of machines) {
      machine.imagesMissing = false;
      machine.runtime.reachable = true;
    }
  }

  /** For the cluster's `crashAfter`. */
  crashAfter(call: AnsweredCall): boolean {
    const left = this.#armed.get(call.host);
    if (left === undefined) return false;
    if (left > 1) {
      this.#armed.set(call.host, left - 1);
      return false;
    }
    this.#armed.delete(call.host);
    return true;
  }

  async #run(): Promise<void> {
    const { clock } = this.#cluster.control;
    while (!this.#over) {
      await clock.sleep(this.#random.float() * 2 * this.#options.pauseMs);
      if (this.#over) return;
      if (this.#left === 0) continue;
      this.#left -= 1;
      const fault = this.#draw();
      const count = (): void => {
        this.counts.set(fault.name, (this.counts.get(fault.name) ?? 0) + 1);
      };
      this.#cluster.control.tasks.spawn(fault.name, () => fault.inject(this.#cluster, this.#random, count));
    }
  }

  async #arm(): Promise<void> {
    const { clock } = this.#cluster.control;
    while (!this.#over) {
      await clock.sleep(this.#random.float() * 3 * this.#options.pauseMs);
      const host = crashPointHosts[this.#random.below(crashPointHosts.length)] ?? "";
      if (!this.#over && this.#left > 0) this.#armed.set(host, 1 + this.#random.below(15));
    }
  }

  #draw(): Fault {
    const weigh = ({ name, weight }: Fault): number => weight * (name === this.#options.favoured ? 10 : 1);
    let at = this.#random.below(faults.reduce((sum, fault) => sum + weigh(fault), 0));
    return faults.find((fault) => (at -= weigh(fault)) < 0) ?? (faults[0] as Fault);
  }
}
