/** One simulated life of a Deployment from a seed, disturbed or not, with all checks and what it cost. */
import type { Node } from "#api";
import { installTrap } from "#base/sim";
import type { AnsweredCall } from "./audited-transport.ts";
import { Chaos } from "./chaos.ts";
import { checkAtRest, endState } from "./end-state.ts";
import { Invariants } from "./invariants.ts";
import { DeploymentLife } from "./life.ts";
import type { Machine } from "./machine.ts";
import { NotConverged, SimCluster } from "./sim-cluster.ts";
import { OthersLife } from "./others-life.ts";
import type { SimClusterOptions } from "./sim-cluster-options.ts";

export interface RunOptions extends SimClusterOptions {
  /**
   * Whether faults are injected. Default: for every seed but each fourth, in which what must hold in peace is held
   * against a slower network.
   */
  readonly disturbed?: boolean;
  /** Three times as many faults as usual, of which this one comes most often (`"any"`: none does). */
  readonly storm?: string;
  /** What the user does. Default: `others` for the sixth of eight seeds, else `deployment`. */
  readonly life?: LifeName;
  /** Sees the cluster before it starts and after the end, for tests that ask more. */
  readonly inspect?: (cluster: SimCluster) => void;
}

/** Of a Deployment, or of what that does not touch. */
export type LifeName = "deployment" | "others";

export interface RunResult {
  readonly seed: string;
  readonly life: LifeName;
  readonly digest: string;
  readonly simulatedHours: number;
  readonly commits: number;
  readonly events: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly crashPoints: ReadonlyMap<string, number>;
  /** Creations and deletions that became durable, by resource. */
  readonly creations: ReadonlyMap<string, number>;
  readonly deletions: ReadonlyMap<string, number>;
  readonly endState: readonly string[];
  /** Rules that were broken. */
  readonly rules: readonly string[];
  /** Empty when all held. */
  readonly findings: string;
}

/** Objects that come and go with time alone, and tell nothing of a life. */
const heartbeats = new Set(["leases", "nodes", "events"]);
/** A cluster without news for so long is at rest: a reflector whose link was lost again and again waits for a minute. */
const restMs = 70_000;

export async function runLife(seed: string, options: RunOptions = {}): Promise<RunResult> {
  const disturbed = options.disturbed ?? (options.storm !== undefined || Number(seed) % 4 !== 0);
  let chaos: Chaos | undefined;
  const crashAfter = (call: AnsweredCall): boolean =>
    options.crashAfter?.(call) === true || chaos?.crashAfter(call) === true;
  const cluster = new SimCluster(seed, { slowestMs: disturbed ? 2 : 100, ...options, crashAfter });
  const { world, log } = cluster;
  using _trap = installTrap(world);
  const name = options.life ?? (Number(seed) % 8 === 6 ? "others" : "deployment");
  const life = name === "others" ? new OthersLife(cluster) : new DeploymentLife(cluster);
  new Invariants(cluster, life, { disturbed });
  const tally = new Tally(cluster);
  if (disturbed) {
    const pauseMs = 300 + world.random.below(4_000);
    const { storm: favoured } = options;
    const usual = { pauseMs, perStage: 8 };
    chaos = new Chaos(
      cluster,
      favoured === undefined ? usual : { pauseMs: pauseMs / 3, perStage: 24, favoured },
    );
  }
  life.onStage = () => chaos?.refill();
  // In peace only slowness can bring out what a component does with an old cache.
  if (!disturbed && options.slowestMs !== 0) cluster.watchLagMs = world.random.below(400);
  options.inspect?.(cluster);
  await world.run(async () => {
    cluster.control.tasks.spawn("compare", async () => {
      for (;;) {
        await cluster.control.clock.sleep(5_000);
        cluster.checkObserver();
      }
    });
    try {
      await cluster.start();
      chaos?.start();
      await life.run();
      chaos?.stop();
      // One whose object was taken away comes back with its next report.
      const isReady = ({ name }: Machine): boolean => isReadyNode(log.object(`/registry/minions/${name}`));
      await cluster.until("every host is up", () => cluster.hosts.every((host) => cluster.isUp(host)));
      await cluster.until("every node is ready", () => cluster.machines.every(isReady));
      await cluster.until("rest", () => world.nowMs - tally.lastNewsMs > restMs, 3_600_000);
      cluster.checkObserver();
      checkAtRest(cluster);
    } catch (error) {
      if (!(error instanceof NotConverged)) throw error;
    }
    cluster.end();
  }, 100 * 3_600_000);
  cluster.history.check();
  return {
    seed,
    life: name,
    digest: `${world.digest} ${log.revision} ${world.events}`,
    simulatedHours: cluster.elapsedMs / 3_600_000,
    commits: log.commits,
    events: world.events,
    faults: chaos?.counts ?? new Map(),
    crashPoints: cluster.crashPoints,
    creations: tally.creations,
    deletions: tally.deletions,
    endState: endState(cluster, { revisions: options.disturbed === false }),
    rules: cluster.findings.rules,
    findings: cluster.findings.text,
  };
}

function isReadyNode(node: Node | undefined): boolean {
  const ready = node?.status.conditions?.some((one) => one.type === "Ready" && one.status === "True");
  return ready === true && (node?.spec.taints ?? []).length === 0;
}

/** Counts what the log brings. */
class Tally {
  readonly creations = new Map<string, number>();
  readonly deletions = new Map<string, number>();
  lastNewsMs = 0;

  constructor(cluster: SimCluster) {
    cluster.log.onChange(({ resource, before, after, atMs }) => {
      const plural = resource?.plural ?? "";
      if (heartbeats.has(plural)) return;
      this.lastNewsMs = atMs;
      if (before === undefined) this.creations.set(plural, (this.creations.get(plural) ?? 0) + 1);
      if (after === undefined) this.deletions.set(plural, (this.deletions.get(plural) ?? 0) + 1);
    });
  }
}
