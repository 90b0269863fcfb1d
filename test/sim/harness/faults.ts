/**
 * The classes of faults as one table: each injects itself once and undoes itself after a while. Counted when they have
 * happened, not when they were planned.
 */
import type { Random } from "#base";
import { meddling } from "./meddling.ts";
import type { SimCluster } from "./sim-cluster.ts";

export interface Fault {
  readonly name: string;
  /** How often it is chosen, against the others. */
  readonly weight: number;
  /** Resolves when it is over. */
  inject(cluster: SimCluster, random: Random, count: () => void): Promise<void>;
}

const second = 1_000;
/** How far clocks jump at most: a correction, a drift of weeks, a wrong time zone, a dead battery. */
const jumps = [5 * second, 600 * second, 3 * 3_600 * second, 24 * 3_600 * second];

/** Whose writes lose the API server; one name may stand for many. */
const writers = ["scheduler", "scheduler", "cm-", "cm-", "node-", "user"];

/** Every class; a gate must have seen each. */
export const faults: readonly Fault[] = [
  {
    name: "crash of a controller manager",
    weight: 3,
    inject: async (cluster, random, count) => crash(cluster, `cm-${random.below(2)}`, count),
  },
  {
    name: "crash of the scheduler",
    weight: 2,
    inject: async (cluster, _random, count) => crash(cluster, leaderHost(cluster, "scheduler"), count),
  },
  {
    name: "crash of a kubelet",
    weight: 3,
    inject: async (cluster, random, count) => crash(cluster, nodeName(cluster, random), count),
  },
  {
    name: "crash of the API server",
    weight: 2,
    inject: async (cluster, _random, count) => crash(cluster, "api", count),
  },
  {
    name: "power cut that loses commits",
    weight: 3,
    async inject(cluster, random, count) {
      const { clock } = cluster.control;
      for (let tries = 0; tries < 5_000 && cluster.disk.unsynced === 0; tries += 1)
        await clock.sleep(random.float() * 3);
      if (cluster.disk.unsynced === 0 || !cluster.isUp("api")) return;
      count();
      cluster.crash("api", true);
    },
  },
  {
    name: "partition",
    weight: 3,
    async inject(cluster, random, count) {
      const host = anyHost(cluster, random);
      const ms = random.below(4) === 0 ? 40 * second + random.below(40 * second) : random.below(20 * second);
      await during(
        cluster,
        ms,
        count,
        () => cluster.world.network.partition("api", host),
        () => cluster.world.network.heal("api", host),
      );
    },
  },
  {
    name: "partition of the leader",
    weight: 1,
    async inject(cluster, random, count) {
      const host = leaderHost(cluster, random.below(3) === 0 ? "scheduler" : "manager");
      const { network } = cluster.world;
      await during(
        cluster,
        16 * second + random.below(20 * second),
        count,
        () => network.partition("api", host),
        () => network.heal("api", host),
      );
    },
  },
  {
    // Unlike a partition it leaves the leader able to write: only the fence keeps it from that.
    name: "renewals of the leader lost",
    weight: 2,
    async inject(cluster, random, count) {
      const host = leaderHost(cluster, random.below(3) === 0 ? "scheduler" : "manager");
      await during(
        cluster,
        16 * second + random.below(20 * second),
        count,
        () => cluster.renewalsLost.add(host),
        () => cluster.renewalsLost.delete(host),
      );
    },
  },
  {
    name: "connection cut",
    weight: 3,
    async inject(cluster, random, count) {
      if (cluster.world.network.cut(anyHost(cluster, random)) === 0) return;
      count();
      cluster.touched();
    },
  },
  {
    name: "slow network",
    weight: 2,
    async inject(cluster, random, count) {
      const { network } = cluster.world;
      const maxDelayMs = 50 + random.below(500);
      await during(
        cluster,
        random.below(20 * second),
        count,
        () => network.configure({ maxDelayMs }),
        () => network.configure({ maxDelayMs: cluster.maxDelayMs }),
      );
    },
  },
  {
    name: "slow watches",
    weight: 2,
    async inject(cluster, random, count) {
      const watchLagMs = random.below(2_000);
      await during(
        cluster,
        random.below(20 * second),
        count,
        () => (cluster.watchLagMs = watchLagMs),
        () => (cluster.watchLagMs = 0),
      );
    },
  },
  {
    name: "API server lost during a write",
    weight: 4,
    async inject(cluster, random, count) {
      const caller = writers[random.below(writers.length)] ?? "scheduler";
      const ms = random.float() * 6;
      const how = random.below(3);
      const { clock } = cluster.control;
      cluster.onSent = ({ host, method, path }) => {
        if (!host.startsWith(caller) || method === "GET" || /\/(leases|events)\b/.test(path)) return;
        cluster.onSent = () => {};
        clock.timer(ms, () => {
          if (!cluster.isUp("api")) return;
          count();
          if (how === 0) cluster.world.network.cut(host);
          else cluster.crash("api", how === 1);
          cluster.touched();
        });
      };
    },
  },
  {
    name: "clock jump",
    weight: 2,
    async inject(cluster, random, count) {
      const hosts = cluster.hosts.filter((host) => host !== "observer");
      const host = hosts[random.below(hosts.length)] ?? "api";
      const most = jumps[random.below(jumps.length)] ?? second;
      count();
      cluster.jumpClock(host, (random.below(2) === 0 ? -1 : 1) * random.below(most));
    },
  },
  {
    name: "slow sync",
    weight: 2,
    async inject(cluster, random, count) {
      const { disk } = cluster;
      await during(
        cluster,
        random.below(20 * second),
        count,
        () => (disk.syncMs = 20 + random.below(400)),
        () => (disk.syncMs = 4),
      );
    },
  },
  {
    name: "failing sync",
    weight: 2,
    async inject(cluster, random, count) {
      const { clock } = cluster.control;
      cluster.disk.failNext = true;
      for (let tries = 0; tries < 60 && !cluster.disk.failed; tries += 1) await clock.sleep(500);
      cluster.disk.failNext = false;
      if (!cluster.disk.failed) return;
      count();
      cluster.touched();
      await clock.sleep(random.below(1_000));
      if (cluster.disk.failed) cluster.crash("api");
    },
  },
  {
    name: "compaction behind everybody's back",
    weight: 2,
    async inject(cluster, random, count) {
      const { network } = cluster.world;
      const host = anyHost(cluster, random);
      network.partition("api", host);
      await cluster.control.clock.sleep(1_000 + random.below(10 * second));
      if (cluster.compact()) count();
      network.cut(host);
      network.heal("api", host);
      cluster.touched();
    },
  },
  {
    name: "images missing",
    weight: 1,
    async inject(cluster, random, count) {
      const machine = anyMachine(cluster, random);
      await during(
        cluster,
        random.below(20 * second),
        count,
        () => (machine.imagesMissing = true),
        () => (machine.imagesMissing = false),
      );
    },
  },
  {
    name: "container crash",
    weight: 2,
    async inject(cluster, random, count) {
      const machine = anyMachine(cluster, random);
      const running = machine.running();
      const id = running[random.below(Math.max(1, running.length))];
      if (id === undefined) return;
      count();
      cluster.touched();
      machine.runtime.container(id)?.signal("SIGKILL");
    },
  },
  {
    name: "machine reboot",
    weight: 1,
    async inject(cluster, random, count) {
      const machine = anyMachine(cluster, random);
      if (!cluster.isUp(machine.name)) return;
      count();
      cluster.crash(machine.name);
      machine.runtime.reboot();
    },
  },
  {
    name: "runtime out of reach",
    weight: 1,
    async inject(cluster, random, count) {
      const { runtime } = anyMachine(cluster, random);
      await during(
        cluster,
        random.below(10 * second),
        count,
        () => (runtime.reachable = false),
        () => (runtime.reachable = true),
      );
    },
  },
  ...meddling,
];

/** Which host leads; the first when none does. */
function leaderHost(cluster: SimCluster, role: "manager" | "scheduler"): string {
  const [host] = (cluster.leader(role) ?? "").split("_");
  return host || (role === "manager" ? "cm-0" : "scheduler");
}

function crash(cluster: SimCluster, host: string, count: () => void): void {
  if (!cluster.isUp(host)) return;
  count();
  cluster.crash(host);
}

async function during(
  cluster: SimCluster,
  ms: number,
  count: () => void,
  begin: () => void,
  end: () => void,
): Promise<void> {
  count();
  begin();
  cluster.touched();
  await cluster.control.clock.sleep(ms);
  end();
  cluster.touched();
}

function anyHost(cluster: SimCluster, random: Random): string {
  const hosts = ["user", ...cluster.hosts.filter((host) => host !== "api")];
  return hosts[random.below(hosts.length)] ?? "user";
}

function nodeName(cluster: SimCluster, random: Random): string {
  return anyMachine(cluster, random).name;
}

function anyMachine(cluster: SimCluster, random: Random): SimCluster["machines"][number] {
  const machine = cluster.machines[random.below(cluster.machines.length)];
  if (machine === undefined) throw new RangeError("There is no machine");
  return machine;
}
