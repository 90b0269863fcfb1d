/**
 * What a worker remembers of its containers' starts: why some do not run, until when they are not tried
 * again, and how long crashed ones wait. It is lost with the kubelet, as upstream's: a new one tries
 * everything at once.
 */
import type { Clock } from "#base";
import type { StartTrouble } from "../status/container-status.ts";
import type { ContainerStatus } from "../runtime/runtime.ts";
import { restartBackOff, startRetryMs } from "../limits.ts";
import { BackOffTable } from "./back-off.ts";
import type { Waiting } from "./plan-scope.ts";
import type { StartError } from "./start-error.ts";

/** By container name. */
export class StartMemory {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #backOff = new BackOffTable(restartBackOff);
  readonly #troubles = new Map<string, StartTrouble>();
  /** Until when, on the monotonic clock. */
  readonly #holds = new Map<string, number>();

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /** Why containers that should run do not. */
  get troubles(): ReadonlyMap<string, StartTrouble> {
    return this.#troubles;
  }

  /** For how long it is not tried again. */
  leftMs(name: string): number {
    return Math.max(0, (this.#holds.get(name) ?? 0) - this.#clock.monotonic());
  }

  get backOff(): Pick<BackOffTable, "leftMs" | "waitMs"> {
    return this.#backOff;
  }

  /** Shows a wait; true when it is a new back-off. */
  waits({ container, message }: Waiting): boolean {
    const name = container.spec.name;
    if (message === undefined) return false;
    const fresh = this.#troubles.get(name)?.message !== message;
    this.#troubles.set(name, { reason: "CrashLoopBackOff", message });
    return fresh;
  }

  /** A container starts after `previous` has ended: the next time it waits longer. */
  begins(name: string, previous: ContainerStatus | undefined, now: number): void {
    if (previous !== undefined) this.#backOff.fail(name, previous.finishedAtMs, now);
  }

  started(name: string): void {
    this.#troubles.delete(name);
    this.#holds.delete(name);
  }

  failed(name: string, error: StartError): void {
    this.#troubles.set(name, { reason: error.code, message: error.message });
    this.#holds.set(name, this.#clock.monotonic() + (error.retryInMs ?? startRetryMs));
  }

  /** The pod's spec changed: what failed may do now. */
  release(): void {
    this.#holds.clear();
  }
}
