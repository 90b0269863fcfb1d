/**
 * The service proxy without privileges: informers make services dirty, a loop turns those into doors, and doors are plain
 * sockets of this process.
 *
 *   informers -> dirty keys -> doorsOf -> entrance -> sockets <- clients
 *
 * Invariant: a service listens at exactly the doors that the pure function gives it, as far as this user may. What is
 * under way goes on when the doors change.
 */
import type { Component, Env, TaskGroup } from "#base";
import type { Informers } from "#client";
import { FollowedServices } from "../followed-services.ts";
import { isLeaving } from "../proxy/leaving.ts";
import type { ProxyHealth } from "../proxy/health-pages.ts";
import type { ProxyNode } from "../proxy/place.ts";
import type { HealthCheck } from "../proxy/service-rules.ts";
import { WakeUp } from "../proxy/wake-up.ts";
import { doorsOf } from "./doors.ts";
import { Entrance, type EntranceDeps } from "./entrance.ts";
import { rebindMs } from "./limits.ts";
import { Traffic } from "./traffic.ts";

/** The world that it works in. */
export interface UserspaceProxyDeps extends EntranceDeps {
  readonly informers: Informers;
}

export interface UserspaceProxyOptions {
  /** Whose endpoints are the local ones. */
  readonly nodeName: string;
  /** Addresses of this machine for node ports, and for external addresses that are among them. Default: loopback. */
  readonly addresses?: readonly string[];
}

/** Answers from `start` until dispose, which breaks what is under way. */
export class UserspaceProxy implements Component, ProxyHealth {
  readonly #env: Env;
  readonly #informers: Informers;
  readonly #services: FollowedServices;
  readonly #traffic: Traffic;
  readonly #entrance: Entrance;
  readonly #tasks: TaskGroup;
  readonly #healthChecks = new Map<string, HealthCheck>();
  readonly #dirty = new Set<string>();
  readonly #wakeUp: WakeUp;
  readonly #listeners = new Set<() => void>();
  #inSync = false;
  #updatedAt = 0;

  constructor(env: Env, deps: UserspaceProxyDeps, options: UserspaceProxyOptions) {
    const { nodeName, addresses = ["127.0.0.1", "::1"] } = options;
    this.#env = env;
    this.#informers = deps.informers;
    this.#traffic = new Traffic(env, { name: nodeName, zone: "", addresses, podCidrs: [], serviceCidrs: [] });
    this.#entrance = new Entrance(this.#traffic, deps);
    this.#tasks = env.tasks.group("doors");
    this.#wakeUp = new WakeUp(env.clock);
    this.#services = new FollowedServices(deps.informers, nodeName);
  }

  /** Resolves when every service is listened for. */
  async start(signal: AbortSignal): Promise<void> {
    this.#services.follow({
      serviceChanged: (key) => this.#touch(key),
      nodeChanged: () => this.#touchAll(),
    });
    await this.#informers.start(signal);
    this.#tasks.spawn("proxy", (stop) => this.#run(stop));
    for (const group of [this.#tasks, this.#traffic.tasks])
      this.#env.tasks.spawn("userspace proxy", () => group.failed);
    while (!this.#inSync) await this.#wakeUp.settled(signal);
  }

  ready(): string | undefined {
    if (!this.#services.synced) return "informers have not synced";
    return this.#inSync ? undefined : "services are not listened for";
  }

  get healthChecks(): ReadonlyMap<string, HealthCheck> {
    return this.#healthChecks;
  }

  get healthy(): boolean {
    return this.#updatedAt > 0;
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

  async [Symbol.asyncDispose](): Promise<void> {
    this.#services[Symbol.dispose]();
    this.#inSync = false;
    await this.#tasks[Symbol.asyncDispose]();
    this.#entrance.close();
    await this.#traffic.tasks[Symbol.asyncDispose]();
  }

  #touch(key: string): void {
    this.#dirty.add(key);
    this.#wakeUp.wake();
  }

  /** A node that is in another zone than before has other endpoints near. */
  #touchAll(): void {
    const { zone } = this.#services;
    if (zone === this.#traffic.node.zone) return;
    this.#traffic.node = { ...this.#traffic.node, zone } satisfies ProxyNode;
    for (const key of this.#services.keys()) this.#touch(key);
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const key of this.#dirty) this.#claim(key);
      this.#dirty.clear();
      await this.#entrance.settle(signal);
      this.#updatedAt = this.#env.clock.now();
      for (const listener of this.#listeners) listener();
      this.#inSync = this.#dirty.size === 0;
      this.#wakeUp.settle();
      if (!this.#inSync) continue;
      await this.#wakeUp.wait(rebindMs, signal);
      if (this.#dirty.size === 0) this.#entrance.retry();
    }
  }

  #claim(key: string): void {
    const { service, slices } = this.#services.get(key);
    const { doors, healthCheck } = doorsOf(service, slices, this.#traffic.node);
    this.#entrance.claim(key, doors);
    if (healthCheck === undefined) this.#healthChecks.delete(key);
    else this.#healthChecks.set(key, healthCheck);
  }
}
