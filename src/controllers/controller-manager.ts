/**
 * Runs controllers: shared informers, one queue for each controller, and leader election. Informers and queues are
 * warm in a standby too; only turns need the lease. Every write passes a fence that asks for the lease again. A turn
 * begins when the informers that its controller reads are coherent: as of one moment after the last break of any of them
 * and after the term's start.
 *
 *   informers --change--> queue --key--> coherent --> reconcile (leader only) --writes--> own writes seen --> next turn
 */
import { type Component, type Env, messageOf, type TaskGroup } from "#base";
import {
  type Client,
  createClient,
  EventRecorder,
  FencedTransport,
  type Informers,
  InformerSet,
  LeaderElection,
  WorkQueue,
} from "#client";
import { isStatus } from "#api";
import type { Controller, ControllerDefinition } from "./controller.ts";
import { type ControllerOptions, defaultControllerOptions } from "./options.ts";
import { OwnWrites } from "./own-writes.ts";

/** How to call as each user, and what to run. */
export interface ControllerManagerDeps {
  /** A client of one user; the argument is a service account of kube-system, or absent for the manager's own. */
  readonly clientFor: (serviceAccount?: string) => Client;
  readonly definitions: readonly ControllerDefinition[];
}

/** The controllers' options and those of the process. */
export interface ControllerManagerOptions extends Partial<ControllerOptions> {
  /** Unique per process. */
  readonly identity: string;
  /** False in a process that is the only one by construction. Default true. */
  readonly leaderElect?: boolean;
  /** Names to run, as `--controllers`: `*` for all, `-name` without one. Default `["*"]`. */
  readonly controllers?: readonly string[];
}

interface Running {
  readonly definition: ControllerDefinition;
  readonly controller: Controller;
  readonly queue: WorkQueue;
  /** Those that the controller reads. */
  readonly informers: Informers;
  readonly client: Client;
  readonly events: EventRecorder;
}

/** Recorded in managedFields, for all controllers alike. */
const FIELD_MANAGER = "kube-controller-manager";

/** The component: start it, ask `ready()`, dispose it. */
export class ControllerManager implements Component {
  readonly #env: Env;
  readonly #deps: ControllerManagerDeps;
  readonly #options: ControllerManagerOptions;
  readonly #informers: InformerSet;
  readonly #group: TaskGroup;
  readonly #election: LeaderElection;
  #running: readonly Running[] = [];
  #started = false;

  constructor(env: Env, deps: ControllerManagerDeps, options: ControllerManagerOptions) {
    this.#env = env;
    this.#deps = deps;
    this.#options = options;
    this.#group = env.tasks.group("controller-manager");
    const own = deps.clientFor();
    this.#informers = new InformerSet(env.child("informers"), { client: own });
    this.#election = new LeaderElection(
      env.child("leader-election"),
      { client: own },
      { namespace: "kube-system", name: "kube-controller-manager", identity: options.identity },
    );
  }

  /** Resolves when the caches are full; turns begin with the lease. */
  async start(signal: AbortSignal): Promise<void> {
    this.#running = this.#deps.definitions
      .filter((definition) => isChosen(definition.name, this.#options.controllers ?? ["*"]))
      .map((definition) => this.#create(definition));
    await this.#informers.start(signal);
    this.#started = true;
    this.#group.spawn("lead", (groupSignal) => this.#stand(groupSignal));
    this.#env.tasks.spawn("controllers", () => this.#group.failed);
  }

  /** Informers that a controller asks for later (the collector's, a quota's) are that controller's to wait for. */
  ready(): string | undefined {
    if (this.#started) return undefined;
    if (this.#running.length === 0) return "the controllers have not started";
    const [unsynced] = this.#informers.unsynced();
    return unsynced === undefined ? undefined : `informer of ${unsynced} has not synced`;
  }

  /** True while turns may run. */
  leading(): boolean {
    return this.#options.leaderElect === false || this.#election.leading();
  }

  /** Names of controllers that have something to do now; empty when the cluster is at rest. */
  busy(): readonly string[] {
    return this.#running.filter(({ queue }) => !queue.idle).map(({ definition }) => definition.name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#group[Symbol.asyncDispose]();
    await Promise.all(this.#running.map(({ events }) => events[Symbol.asyncDispose]()));
    await this.#informers[Symbol.asyncDispose]();
  }

  #create(definition: ControllerDefinition): Running {
    const env = this.#env.child(definition.name);
    const raw = this.#deps.clientFor(definition.user).raw;
    const fenced = new FencedTransport(raw, () => this.leading());
    const client = createClient(fenced, { fieldManager: FIELD_MANAGER });
    const queue = new WorkQueue(env, definition.name);
    const events = new EventRecorder(env.child("events"), { client }, { component: definition.user });
    const options = { ...defaultControllerOptions, ...this.#options };
    const informers = this.#informers.reader();
    const controller = definition.create(env, { informers, queue, events, client, options });
    return { definition, controller, queue, informers, client, events };
  }

  /** Stands for election for as long as the component lives. */
  async #stand(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#options.leaderElect === false) return this.#work(signal);
      await this.#election
        .run(signal, (term) => this.#work(term))
        .catch((error: unknown) => {
          if (!signal.aborted) throw error;
        });
    }
  }

  /** One term. What the last leader wrote may not have arrived here yet. */
  async #work(signal: AbortSignal): Promise<void> {
    if (this.#options.leaderElect !== false) for (const { informers } of this.#running) informers.doubt();
    await Promise.all(
      this.#running.map((running) =>
        running.queue.run(running.definition.workers, signal, (key) => this.#turn(running, key, signal)),
      ),
    );
  }

  async #turn(
    { definition, controller, queue, informers, client }: Running,
    key: string,
    signal: AbortSignal,
  ): Promise<void> {
    const writes = new OwnWrites(client, this.#informers);
    try {
      await informers.coherent(signal);
      const again = (delayMs: number) => queue.addAfter(key, delayMs);
      await controller.reconcile(key, { client: writes, signal, again });
      queue.forget(key);
    } catch (error) {
      if (signal.aborted) return queue.add(key);
      this.#report(definition.name, key, error);
      queue.addRateLimited(key);
    }
    await writes.seen(signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  /** Somebody else's write, object or deletion came first: an ordinary way of losing a race. All else deserves a line. */
  #report(controller: string, key: string, error: unknown): void {
    const fields = { controller, key, error: messageOf(error) };
    if (races.some((reason) => isStatus(error, reason))) {
      this.#env.log.debug("A turn lost a race and is tried again", fields);
    } else {
      this.#env.log.warn("A turn failed and is tried again", fields);
    }
  }
}

const races = ["Conflict", "AlreadyExists", "NotFound"] as const;

function isChosen(name: string, chosen: readonly string[]): boolean {
  if (chosen.includes(`-${name}`)) return false;
  return chosen.includes("*") || chosen.includes(name);
}
