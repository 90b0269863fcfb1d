/**
 * Leader election over a coordination/v1 Lease, with upstream's fields and timings (15 s lease, 10 s to renew, a try
 * each 2 s). Times are measured on the monotonic clock from what this process saw, never by comparing machines'
 * clocks. Invariant: a leader holds itself deposed 10 s after the last renewal that it *sent* and saw succeed, 5 s
 * before anybody else may take the lease; `leading()` is false from then on, also when timers come late.
 */
import { isStatus, type KubeObject, leases, microTime } from "#api";
import { type Env, messageOf } from "#base";
import type { Client, ResourceClient } from "./client.ts";

/** Which Lease, who stands, and the timings. */
export interface LeaderElectionOptions {
  readonly namespace: string;
  readonly name: string;
  /** Who holds the lease, unique per process: `host_uuid`. */
  readonly identity: string;
  /** How long others wait after the last renewal that they saw. Default 15,000. */
  readonly leaseDurationMs?: number;
  /** How long the leader goes on without a successful renewal. Default 10,000. */
  readonly renewDeadlineMs?: number;
  /** Between tries. Default 2,000. */
  readonly retryPeriodMs?: number;
}

/** The Lease's fields that election uses. */
interface LeaseObject extends KubeObject {
  readonly spec?: LeaseSpec;
}

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

/** The last state of the lease that this process saw, and when it saw it change. */
interface Sighting {
  readonly resourceVersion: string;
  readonly lease: LeaseObject;
  readonly atMs: number;
}

/** Upstream's jitter on the retry period while waiting for the lease. */
const JITTER = 1.2;

/** One candidate for one Lease. */
export class LeaderElection {
  readonly #env: Env;
  readonly #leases: ResourceClient<LeaseObject>;
  readonly #options: Required<LeaderElectionOptions>;
  #sighting: Sighting | undefined;
  #leadUntilMs = Number.NEGATIVE_INFINITY;

  constructor(env: Env, deps: { readonly client: Client }, options: LeaderElectionOptions) {
    this.#env = env;
    this.#leases = deps.client.of(leases) as unknown as ResourceClient<LeaseObject>;
    this.#options = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000, ...options };
  }

  /** True only while nobody else can hold the lease. Ask right before each write. */
  leading(): boolean {
    return this.#env.clock.monotonic() < this.#leadUntilMs;
  }

  /** Who holds the lease, as last seen. */
  get holder(): string | undefined {
    return this.#sighting?.lease.spec?.holderIdentity;
  }

  /**
   * Waits for the lease, then runs `lead` until it ends, the lease is lost or `signal` aborts. Resolves when `lead` has
   * ended; the lease is given back when it was still held. Call again to stand for election again.
   */
  async run(signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Promise<void> {
    await this.#acquire(signal);
    const term = new AbortController();
    const stop = () => term.abort(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    const renewals = this.#renewUntilLost(term);
    try {
      await lead(term.signal);
    } catch (error) {
      if (!term.signal.aborted) throw error;
    } finally {
      signal.removeEventListener("abort", stop);
      term.abort(new Error("The leader has stopped"));
      await renewals;
      await this.#release();
    }
  }

  async #acquire(signal: AbortSignal): Promise<void> {
    while (!(await this.#tryToHold(signal))) {
      const wait = this.#options.retryPeriodMs * (1 + this.#env.random.float() * JITTER);
      await this.#env.clock.sleep(wait, signal);
    }
    this.#env.log.info("Became leader", { lease: this.#options.name, identity: this.#options.identity });
  }

  async #renewUntilLost(term: AbortController): Promise<void> {
    const deadline = () => {
      const left = this.#leadUntilMs - this.#env.clock.monotonic();
      if (left > 0) return this.#env.clock.timer(left, () => expire());
      term.abort(new Error("The lease was lost"));
      return undefined;
    };
    let timer = deadline();
    const expire = () => {
      timer = deadline();
    };
    try {
      while (!term.signal.aborted) {
        await this.#env.clock.sleep(this.#options.retryPeriodMs, term.signal);
        const held = await this.#tryToHold(term.signal);
        if (!held && this.holder !== this.#options.identity) this.#leadUntilMs = Number.NEGATIVE_INFINITY;
        if (!this.leading()) term.abort(new Error("The lease was lost"));
      }
    } catch (error) {
      if (!term.signal.aborted) throw error;
    } finally {
      timer?.cancel();
    }
  }

  /** One try to create, take or renew; a failure of any kind is a "no" and is tried again. */
  async #tryToHold(signal: AbortSignal): Promise<boolean> {
    const { namespace, name } = this.#options;
    const sentMs = this.#env.clock.monotonic();
    try {
      const current = await this.#leases.get({ namespace, name }, signal).catch((error: unknown) => {
        if (isStatus(error, "NotFound")) return undefined;
        throw error;
      });
      if (current !== undefined) this.#see(current);
      if (current !== undefined && !this.#mayHold(current)) return false;
      const spec = this.#claim(current?.spec);
      const written =
        current === undefined
          ? await this.#leases.create({ metadata: { namespace, name }, spec }, signal)
          : await this.#leases.update({ ...current, spec }, signal);
      this.#see(written);
      this.#leadUntilMs = sentMs + this.#options.renewDeadlineMs;
      return true;
    } catch (error) {
      signal.throwIfAborted();
      this.#env.log.debug("Could not hold the lease", { lease: name, error: messageOf(error) });
      return false;
    }
  }

  #see(lease: LeaseObject): void {
    const resourceVersion = lease.metadata.resourceVersion ?? "";
    if (this.#sighting?.resourceVersion === resourceVersion) return;
    this.#sighting = { resourceVersion, lease, atMs: this.#env.clock.monotonic() };
  }

  #mayHold(lease: LeaseObject): boolean {
    const holder = lease.spec?.holderIdentity;
    if (!holder || holder === this.#options.identity || this.#sighting === undefined) return true;
    const durationMs = (lease.spec?.leaseDurationSeconds ?? 0) * 1000 || this.#options.leaseDurationMs;
    return this.#env.clock.monotonic() > this.#sighting.atMs + durationMs;
  }

  #claim(old: LeaseSpec | undefined): LeaseSpec {
    const now = microTime(this.#env.clock.now());
    const { identity, leaseDurationMs } = this.#options;
    const renewed = old?.holderIdentity === identity;
    const transitions = old?.leaseTransitions ?? 0;
    return {
      holderIdentity: identity,
      leaseDurationSeconds: leaseDurationMs / 1000,
      acquireTime: renewed ? (old.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: renewed || old === undefined ? transitions : transitions + 1,
    };
  }

  /** Gives the lease back at a clean end, so that the next leader need not wait. */
  async #release(): Promise<void> {
    const lease = this.#sighting?.lease;
    if (!this.leading() || lease === undefined) return;
    this.#leadUntilMs = Number.NEGATIVE_INFINITY;
    const now = microTime(this.#env.clock.now());
    const spec = {
      ...lease.spec,
      holderIdentity: "",
      leaseDurationSeconds: 1,
      acquireTime: now,
      renewTime: now,
    };
    const patience = new AbortController();
    const timer = this.#env.clock.timer(this.#options.retryPeriodMs, () => patience.abort());
    await this.#leases.update({ ...lease, spec }, patience.signal).catch((error: unknown) => {
      this.#env.log.debug("Could not release the lease", { error: messageOf(error) });
    });
    timer.cancel();
  }
}
