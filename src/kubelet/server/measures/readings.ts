/** Takes readings of what the node uses, and remembers the last, since the rate of CPU use is between two. */
import type { Pod } from "#api";
import type { Env } from "#base";
import type { ContainerStats, RuntimeService } from "../../runtime/runtime.ts";
import { rateOverMs } from "../limits.ts";
import type { NodeFigures, NodeMeasures, PodFigures, PodStorage } from "./node-measures.ts";
import type { Reading } from "./stats.ts";

/** Who measures. */
export interface ReadingsDeps {
  readonly runtime: Pick<RuntimeService, "listContainerStats">;
  /** Undefined: the node cannot measure itself. */
  readonly measures: NodeMeasures | undefined;
  pods(): readonly Pod[];
}

interface Point {
  readonly atMs: number;
  readonly nanoseconds: number;
}

/** One reading serves all who ask at about the same time. */
export class Readings {
  readonly #env: Env;
  readonly #deps: ReadingsDeps;
  readonly #nodeName: string;
  /** By container id; the node's is `""`. */
  #points: ReadonlyMap<string, Point> = new Map();
  #rates: ReadonlyMap<string, number> = new Map();

  constructor(env: Env, deps: ReadingsDeps, options: { readonly nodeName: string }) {
    this.#env = env;
    this.#deps = deps;
    this.#nodeName = options.nodeName;
  }

  async take(signal: AbortSignal): Promise<Reading> {
    const { runtime, measures, pods } = this.#deps;
    const [containers, sandboxes, node] = await Promise.all([
      runtime.listContainerStats({}, signal),
      measures?.sandboxes(signal) ?? [],
      measures?.node(signal),
    ]);
    const nowMs = this.#env.clock.now();
    this.#learn(containers, node, nowMs);
    const nanoCores = this.#rates;
    return { nodeName: this.#nodeName, nowMs, containers, sandboxes, node, pods: pods(), nanoCores };
  }

  /** What the kernel counts for those of a reading. */
  async figures(
    { pods, containers }: Reading,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, PodFigures>> {
    return (await this.#deps.measures?.figures(pods, containers, signal)) ?? new Map();
  }

  /** What the pods of a reading take of disks. */
  async storage({ pods }: Reading, signal: AbortSignal): Promise<ReadonlyMap<string, PodStorage>> {
    return (await this.#deps.measures?.storage(pods, signal)) ?? new Map();
  }

  #learn(containers: readonly ContainerStats[], node: NodeFigures | undefined, nowMs: number): void {
    const now = new Map(
      containers.map(({ id, atMs, cpuUsageNanoseconds: nanoseconds }) => [id, { atMs, nanoseconds }]),
    );
    if (node !== undefined) now.set("", { atMs: nowMs, nanoseconds: node.cpuUsageNanoseconds });
    const points = new Map<string, Point>();
    const rates = new Map<string, number>();
    for (const [id, point] of now) {
      const before = this.#points.get(id);
      const overMs = before === undefined ? 0 : point.atMs - before.atMs;
      // The clock may have been set back: then the next reading begins anew.
      const isOld = before === undefined || overMs >= rateOverMs || overMs < 0;
      points.set(id, isOld ? point : before);
      const rate =
        before !== undefined && overMs >= rateOverMs
          ? ((point.nanoseconds - before.nanoseconds) / overMs) * 1000
          : this.#rates.get(id);
      if (rate !== undefined) rates.set(id, Math.max(0, rate));
    }
    [this.#points, this.#rates] = [points, rates];
  }
}
