/** A user of a simulated cluster who repeats each act until it is done, and waits for what he asked for. */
import { isStatus, StatusError } from "#api";
import { type Client, ClientError } from "#client";
import type { SimCluster } from "./sim-cluster.ts";

/** The longest that an act or a stage may take; back-offs of minutes add up under faults. */
const stageMs = 1_800_000;

export class InsistentUser {
  readonly client: Client;
  readonly signal = new AbortController().signal;
  readonly #cluster: SimCluster;

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    this.client = cluster.adminClient();
  }

  /** Repeats until done; what was done by a try whose answer was lost counts. */
  async insist(what: string, act: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const { clock } = this.#cluster.control;
    const end = clock.monotonic() + stageMs;
    for (let tries = 0; ; tries += 1) {
      try {
        await act(this.signal);
        return;
      } catch (error) {
        const done = isStatus(error, "AlreadyExists") || (isStatus(error, "NotFound") && tries > 0);
        if (done) return;
        const passing = error instanceof ClientError || (error instanceof StatusError && error.code >= 409);
        if (!passing || clock.monotonic() > end) {
          this.#cluster.findings.report("user-refused", `${what}: ${String(error)}`);
          return;
        }
        await clock.sleep(500);
      }
    }
  }

  /** Waits until it holds; rejects with `NotConverged` when that takes too long. */
  async until(what: string, holds: () => boolean): Promise<void> {
    await this.#cluster.until(what, holds, stageMs);
  }
}
