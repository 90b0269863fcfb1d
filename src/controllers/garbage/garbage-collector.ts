/**
 * Deletes what lost its owners, and sees to dependents where a deletion asks for it: background, foreground with blocking
 * dependents, orphan. Nothing is deleted on the cache's word: absence is asked of the server, and the object's
 * references are read again right before.
 *
 *   reconcile(uid): being deleted -> orphan | wait for dependents · else judge its owners -> keep | drop | delete
 */
import { isStatus, type OwnerReference, type PartialObjectMetadata } from "#api";
import type { Env } from "#base";
import { discover, type ResourceClient } from "#client";
import type { Controller, ControllerDefinition, ControllerDeps, Turn } from "../controller.ts";
import { ignoreNotFound } from "../not-found.ts";
import { Monitors } from "./monitors.ts";
import {
  endsWith,
  FOREGROUND,
  isEnding,
  isVirtual,
  ORPHAN,
  OwnerGraph,
  type OwnerNode,
  ownersOf,
} from "./owner-graph.ts";
import { type JudgedOwner, judge, type OwnerState } from "./verdict.ts";

/** The key whose turn follows discovery; no uid looks like it. */
const DISCOVERY = "discovery";
const DISCOVERY_PERIOD_MS = 30_000;
const NOT_SYNCED_MS = 100;

/** Uids known to be gone; they never come back, so remembering saves a call for each further dependent. */
const ABSENT_MAX = 1000;

/** How long a turn waits for monitors to catch up before it is tried again later. */
const CATCH_UP_MS = 10_000;

class GarbageCollector implements Controller {
  readonly #env: Env;
  readonly #events: ControllerDeps["events"];
  readonly #graph = new OwnerGraph();
  readonly #monitors: Monitors;
  readonly #absent = new Set<string>();

  constructor(env: Env, deps: ControllerDeps) {
    this.#env = env;
    this.#events = deps.events;
    this.#monitors = new Monitors(deps.informers, this.#graph, (uids) => {
      for (const uid of uids) deps.queue.add(uid);
    });
    deps.queue.add(DISCOVERY);
  }

  async reconcile(key: string, turn: Turn): Promise<void> {
    if (key === DISCOVERY) return this.#discover(turn);
    if (this.#monitors.unsynced().length > 0) return turn.again(NOT_SYNCED_MS);
    const node = this.#graph.get(key);
    if (node === undefined || isVirtual(node)) return;
    if (endsWith(node, ORPHAN)) return this.#orphanDependents(node, turn);
    if (endsWith(node, FOREGROUND)) return this.#awaitDependents(node, turn);
    if (!isEnding(node)) await this.#judge(node, turn);
  }

  async #discover(turn: Turn): Promise<void> {
    const { resources, failed } = await discover(turn.client.raw, turn.signal);
    this.#monitors.follow(resources, failed);
    turn.again(DISCOVERY_PERIOD_MS);
  }

  async #orphanDependents(node: OwnerNode, turn: Turn): Promise<void> {
    await this.#seeDependents(node, turn);
    for (const dependent of node.dependents) {
      const rest = ownersOf(dependent).filter(({ uid }) => uid !== node.uid);
      await this.#patch(dependent, { ownerReferences: rest }, turn);
    }
    await this.#dropFinalizer(node, ORPHAN, turn);
  }

  async #awaitDependents(node: OwnerNode, turn: Turn): Promise<void> {
    await this.#seeDependents(node, turn);
    const blocking = [...node.dependents].filter((dependent) =>
      ownersOf(dependent).some(
        ({ uid, blockOwnerDeletion }) => uid === node.uid && blockOwnerDeletion === true,
      ),
    );
    if (blocking.length === 0) return this.#dropFinalizer(node, FOREGROUND, turn);
    for (const dependent of node.dependents) {
      if (!isEnding(dependent)) await this.#judge(dependent, turn);
    }
  }

  /**
   * Each kind has a monitor of its own, and a dependent that its monitor has not told of yet would be missed: the graph
   * has to show all that was there when the owner's deletion began.
   */
  async #seeDependents(node: OwnerNode, turn: Turn): Promise<void> {
    const patience = new AbortController();
    const timer = this.#env.clock.timer(CATCH_UP_MS, () =>
      patience.abort(new Error(`The caches have not reached the deletion of ${node.kind} "${node.name}"`)),
    );
    const signal = AbortSignal.any([turn.signal, patience.signal]);
    try {
      await this.#monitors.catchUp(node.metadata?.resourceVersion ?? "0", signal);
    } finally {
      timer.cancel();
    }
  }

  async #judge(node: OwnerNode, turn: Turn): Promise<void> {
    const references = ownersOf(node);
    if (references.length === 0) return;
    const cached = await this.#judgeOwners(node, references, turn);
    const finalizers = node.metadata?.finalizers ?? [];
    if (judge(cached, node.dependents.size > 0, finalizers).kind === "keep") return;
    const latest = await this.#read(node, turn);
    if (latest === undefined || latest.metadata.deletionTimestamp !== undefined) return;
    const owners = await this.#judgeOwners(node, latest.metadata.ownerReferences ?? [], turn);
    const verdict = judge(owners, node.dependents.size > 0, latest.metadata.finalizers ?? []);
    if (verdict.kind === "drop") return this.#patch(node, { ownerReferences: verdict.keep }, turn, latest);
    if (verdict.kind === "keep") return;
    if (verdict.propagation === "Foreground") await this.#unblockCycle(node, latest, turn);
    const { uid } = node;
    const options = { uid, propagationPolicy: verdict.propagation };
    await this.#client(node, turn).delete(node, turn.signal, options).catch(ignoreLostRace);
  }

  /** Owners that wait for each other in a circle would wait for ever: this one then blocks nobody. */
  async #unblockCycle(node: OwnerNode, latest: PartialObjectMetadata, turn: Turn): Promise<void> {
    if (![...node.dependents].some((dependent) => endsWith(dependent, FOREGROUND))) return;
    const references = latest.metadata.ownerReferences ?? [];
    const free = references.map((reference) => ({ ...reference, blockOwnerDeletion: false }));
    await this.#patch(node, { ownerReferences: free }, turn);
  }

  #judgeOwners(node: OwnerNode, references: readonly OwnerReference[], turn: Turn): Promise<JudgedOwner[]> {
    return Promise.all(
      references.map(async (reference) => ({ reference, state: await this.#stateOf(node, reference, turn) })),
    );
  }

  async #stateOf(node: OwnerNode, reference: OwnerReference, turn: Turn): Promise<OwnerState> {
    const resource = this.#monitors.find(reference.apiVersion, reference.kind);
    if (resource === undefined) {
      const { kind, apiVersion } = reference;
      throw new Error(
        `Cannot judge owners of ${node.kind} "${node.name}": no resource for ${apiVersion} ${kind}`,
      );
    }
    if (resource.namespaced && node.namespace === "") {
      this.#warn(node, `ownerRef [${describe(reference)}] does not exist in namespace ""`);
      return "invalid";
    }
    const namespace = resource.namespaced ? node.namespace : "";
    const owner = this.#graph.get(reference.uid);
    if (owner !== undefined && !isVirtual(owner)) {
      const matches =
        owner.kind === reference.kind && owner.name === reference.name && owner.namespace === namespace;
      if (matches) return endsWith(owner, FOREGROUND) ? "waiting" : "present";
      this.#warn(node, `ownerRef [${describe(reference)}] does not exist in namespace "${namespace}"`);
    }
    if (this.#absent.has(absentKey(namespace, reference))) return "absent";
    const key = { namespace, name: reference.name };
    const found = await turn.client.metadata(resource).get(key, turn.signal).catch(ignoreNotFound);
    if (!found || found.metadata.uid !== reference.uid) {
      this.#remember(absentKey(namespace, reference));
      return "absent";
    }
    const { deletionTimestamp, finalizers } = found.metadata;
    return deletionTimestamp !== undefined && finalizers?.includes(FOREGROUND) ? "waiting" : "present";
  }

  #remember(key: string): void {
    this.#absent.add(key);
    const [oldest] = this.#absent;
    if (this.#absent.size > ABSENT_MAX && oldest !== undefined) this.#absent.delete(oldest);
  }

  async #read(node: OwnerNode, turn: Turn): Promise<PartialObjectMetadata | undefined> {
    const found = await this.#client(node, turn).get(node, turn.signal).catch(ignoreNotFound);
    return found && found.metadata.uid === node.uid ? found : undefined;
  }

  async #dropFinalizer(node: OwnerNode, finalizer: string, turn: Turn): Promise<void> {
    const latest = await this.#read(node, turn);
    if (!latest?.metadata.finalizers?.includes(finalizer)) return;
    const finalizers = latest.metadata.finalizers.filter((name) => name !== finalizer);
    await this.#patch(node, { finalizers }, turn, latest);
  }

  /** A merge patch that holds only for this uid and for the version that it was computed from. */
  async #patch(node: OwnerNode, change: object, turn: Turn, seen?: PartialObjectMetadata): Promise<void> {
    const resourceVersion = (seen?.metadata ?? node.metadata)?.resourceVersion;
    const patch = { metadata: { uid: node.uid, resourceVersion, ...change } };
    await this.#client(node, turn).patch(node, "merge", patch, turn.signal).catch(ignoreNotFound);
  }

  #client(node: OwnerNode, turn: Turn): ResourceClient<PartialObjectMetadata> {
    if (node.resource === undefined) throw new Error(`Cannot act on "${node.uid}": it is not known yet`);
    return turn.client.metadata(node.resource);
  }

  #warn(node: OwnerNode, message: string): void {
    const { apiVersion, kind, metadata } = node;
    if (metadata !== undefined) {
      this.#events.record({ apiVersion, kind, metadata }, "Warning", "OwnerRefInvalidNamespace", message);
    }
  }
}

/** A uid may be named from a namespace where its object never was. */
function absentKey(namespace: string, { uid, name }: OwnerReference): string {
  return `${namespace}/${name} ${uid}`;
}

function describe({ apiVersion, kind, name, uid }: OwnerReference): string {
  return `${apiVersion}/${kind}, name: ${name}, uid: ${uid}`;
}

/** Gone, or made anew under the same name: the object that was judged is no more. */
function ignoreLostRace(error: unknown): void {
  if (!isStatus(error, "NotFound") && !isStatus(error, "Conflict")) throw error;
}

export const garbageCollector: ControllerDefinition = {
  name: "garbage-collector-controller",
  user: "generic-garbage-collector",
  workers: 20,
  create: (env, deps) => new GarbageCollector(env, deps),
};
