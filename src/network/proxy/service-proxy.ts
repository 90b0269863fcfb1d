/**
 * The service proxy of one node: informers of Services and EndpointSlices make services dirty; a loop compiles those
 * and hands the difference to nft as one transaction.
 *
 *   informers -> dirty keys -> serviceRules -> ledger -> changes -> transaction -> sink
 *
 * Invariant: between transactions the kernel holds the ledger's table, or `#lost` is set, and the next transaction
 * writes the whole table anew. Nothing is read back: a change by somebody else shows when a transaction, or the probe
 * that is sent when there was none for a while, is refused.
 */
import { type ServiceCIDR, serviceCidrs } from "#api";
import { type Component, type Env, messageOf } from "#base";
import { BackOff, type Informer, type Informers } from "#client";
import { FollowedServices } from "../followed-services.ts";
import { baseEntries, refusal } from "./base-entries.ts";
import { families, type Table, tableName } from "./entry.ts";
import { FlowKeeper } from "./flow-keeper.ts";
import type { FlowTable } from "./flows.ts";
import type { ProxyHealth } from "./health-pages.ts";
import { isLeaving } from "./leaving.ts";
import { Ledger } from "./ledger.ts";
import { fullSyncMs, maxServicesPerTransaction, resyncBackOff, sliceMs } from "./limits.ts";
import type { NftSink } from "./nft-sink.ts";
import type { ProxyNode } from "./place.ts";
import { proxyMetrics } from "./proxy-metrics.ts";
import { nodeOwner } from "./rules.ts";
import { type HealthCheck, noRules, serviceRules, type ServiceRules } from "./service-rules.ts";
import { removal, transaction, wholeTransaction } from "./transaction.ts";
import { WakeUp } from "./wake-up.ts";

/** The world that it works in. */
export interface ServiceProxyDeps {
  readonly informers: Informers;
  readonly sink: NftSink;
  readonly flows: FlowTable;
}

/** Which node it is for, and what is told apart there. */
export interface ServiceProxyOptions {
  readonly nodeName: string;
  /** Pod addresses of the cluster. Default `10.244.0.0/16`. */
  readonly podCidrs?: readonly string[];
  /** How often the kernel is asked whether our tables are still there, in milliseconds. Default 5,000. */
  readonly probeMs?: number;
}

/** Refused when a table or chain of ours is gone; changes nothing otherwise. */
const probe = families.flatMap((family) => [
  `flush chain ${family} ${tableName} unreachable`,
  ...refusal.map((rule) => `add rule ${family} ${tableName} unreachable ${rule}`),
]);

/** Keeps the kernel at the API's state from `start` until dispose; the rules stay when it goes. */
export class ServiceProxy implements Component, ProxyHealth {
  readonly #env: Env;
  readonly #sink: NftSink;
  readonly #options: Required<ServiceProxyOptions>;
  readonly #informers: Informers;
  readonly #services: FollowedServices;
  readonly #cidrs: Informer<ServiceCIDR>;
  readonly #metrics;
  readonly #ledger = new Ledger();
  readonly #flows: FlowKeeper;
  readonly #compiled = new Map<string, ServiceRules>();
  readonly #healthChecks = new Map<string, HealthCheck>();
  readonly #dirty = new Map<string, number>();
  readonly #wakeUp: WakeUp;
  #unsubscribe: () => void = () => {};
  readonly #listeners = new Set<() => void>();
  readonly #stop = new AbortController();
  #node: ProxyNode | undefined;
  #nodeDirty = true;
  #lost = true;
  #wholeAt = 0;
  #inSync = false;
  #updatedAt = 0;
  #failing = false;

  constructor(env: Env, deps: ServiceProxyDeps, options: ServiceProxyOptions) {
    this.#env = env;
    this.#sink = deps.sink;
    this.#flows = new FlowKeeper(env, deps.flows);
    this.#informers = deps.informers;
    this.#options = {
      podCidrs: ["10.244.0.0/16"],
      probeMs: 5_000,
      ...options,
    };
    this.#wakeUp = new WakeUp(env.clock);
    this.#services = new FollowedServices(deps.informers, options.nodeName);
    this.#cidrs = deps.informers.of<ServiceCIDR>(serviceCidrs);
    this.#metrics = proxyMetrics(env.metrics);
  }

  /** Resolves when the kernel holds the rules of every service. */
  async start(signal: AbortSignal): Promise<void> {
    this.#services.follow({
      serviceChanged: (key) => this.#touch(key),
      nodeChanged: () => this.#touchNode(),
    });
    this.#unsubscribe = this.#cidrs.onChange(() => this.#touchNode());
    await this.#informers.start(signal);
    this.#env.tasks.spawn("proxy", (stop) => this.#run(AbortSignal.any([stop, this.#stop.signal])));
    while (!this.#inSync) await this.#wakeUp.settled(signal);
  }

  ready(): string | undefined {
    if (!this.#services.synced) return "informers have not synced";
    return this.#lost ? "rules are not in the kernel" : undefined;
  }

  /** What health check node ports are to answer, by service. */
  get healthChecks(): ReadonlyMap<string, HealthCheck> {
    return this.#healthChecks;
  }

  /** False while transactions are refused. */
  get healthy(): boolean {
    return this.#updatedAt > 0 && !this.#failing;
  }

  get updatedAt(): number {
    return this.#updatedAt;
  }

  get nodeEligible(): boolean {
    return !isLeaving(this.#services.node);
  }

  onSettled(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What the kernel is to hold. */
  get table(): Table {
    return this.#ledger.table;
  }

  /** Removes the rules from the kernel after dispose, on a node that leaves. Else they stay for the next proxy. */
  async remove(signal: AbortSignal): Promise<void> {
    this.#lost = true;
    await this.#sink.apply(removal(), signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#services[Symbol.dispose]();
    this.#unsubscribe();
    this.#stop.abort();
    this.#inSync = false;
  }

  #touch(key: string): void {
    if (this.#dirty.has(key)) return;
    this.#dirty.set(key, this.#env.clock.monotonic());
    this.#wakeUp.wake();
  }

  #touchNode(): void {
    this.#nodeDirty = true;
    this.#wakeUp.wake();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const backOff = new BackOff(resyncBackOff, this.#env.random);
    while (!signal.aborted) {
      try {
        await this.#turn(signal);
        if (this.#lost) continue;
        backOff.reset();
        this.#settled();
        this.#inSync = this.#dirty.size === 0 && !this.#nodeDirty;
        this.#wakeUp.settle();
        if (this.#inSync) await this.#wakeUp.wait(this.#options.probeMs, signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#lost = true;
        this.#failing = true;
        this.#metrics.failed.inc();
        this.#env.log.warn("Rules are written anew", { reason: messageOf(error) });
        await this.#env.clock.sleep(backOff.next(), signal);
      }
    }
  }

  #settled(): void {
    this.#failing = false;
    this.#updatedAt = this.#env.clock.now();
    for (const listener of this.#listeners) listener();
  }

  /** One transaction: the whole table when the kernel's is not known, what changed otherwise, else the probe. */
  async #turn(signal: AbortSignal): Promise<void> {
    const begun = this.#env.clock.monotonic();
    if (begun - this.#wholeAt >= fullSyncMs) this.#lost = true;
    const whole = this.#lost;
    const oldest = Math.min(begun, ...this.#dirty.values().take(maxServicesPerTransaction));
    await this.#compile(whole, signal);
    const changes = this.#ledger.take();
    const commands = whole ? wholeTransaction(this.#ledger.table) : transaction(changes);
    this.#lost = true; // Until the kernel has taken it.
    await this.#sink.apply(commands.length === 0 ? probe : commands, signal);
    this.#lost = false;
    const now = this.#env.clock.monotonic();
    if (whole) this.#wholeAt = now;
    if (commands.length > 0) this.#metrics.synced(now - begun, now - oldest, whole);
    await this.#flows.settle(signal);
  }

  async #compile(all: boolean, signal: AbortSignal): Promise<void> {
    const node = this.#placeNode();
    let sliceEnd = this.#env.clock.monotonic() + sliceMs;
    let count = 0;
    for (const key of this.#dirty.keys()) {
      if (!all && count >= maxServicesPerTransaction) break;
      count += 1;
      this.#dirty.delete(key);
      this.#compileService(key, node);
      if (this.#env.clock.monotonic() < sliceEnd) continue;
      await this.#env.clock.yield();
      signal.throwIfAborted();
      sliceEnd = this.#env.clock.monotonic() + sliceMs;
    }
  }

  #compileService(key: string, node: ProxyNode): void {
    const { service, slices } = this.#services.get(key);
    const previous = this.#compiled.get(key);
    const compiled = service === undefined ? noRules : serviceRules(service, slices, node, previous);
    this.#flows.changed((previous ?? noRules).flows, compiled.flows);
    if (compiled === noRules) this.#compiled.delete(key);
    else this.#compiled.set(key, compiled);
    if (compiled.healthCheck === undefined) this.#healthChecks.delete(key);
    else this.#healthChecks.set(key, compiled.healthCheck);
    this.#ledger.claim(key, compiled.entries);
  }

  /** A node that is another place than before makes every service dirty. */
  #placeNode(): ProxyNode {
    if (this.#node !== undefined && !this.#nodeDirty) return this.#node;
    this.#nodeDirty = false;
    const node = this.#observedNode();
    if (JSON.stringify(node) === JSON.stringify(this.#node)) return node;
    this.#node = node;
    for (const key of this.#services.keys()) this.#touch(key);
    this.#ledger.claim(
      nodeOwner,
      families.flatMap((family) => baseEntries(family, node)),
    );
    return node;
  }

  #observedNode(): ProxyNode {
    const { nodeName, podCidrs } = this.#options;
    const addresses = (this.#services.node?.status.addresses ?? []).filter(
      ({ type }) => type === "InternalIP",
    );
    return {
      name: nodeName,
      zone: this.#services.zone,
      addresses: addresses.map(({ address }) => address),
      podCidrs,
      serviceCidrs: this.#cidrs.lister.list().flatMap(({ spec }) => spec.cidrs ?? []),
    };
  }
}
