/**
 * Has the kernel forget flows to endpoints that are gone, after the rules no longer lead there. Services that were there
 * before us tell nothing of their old endpoints: so the first time the kernel is asked where its flows lead.
 */
import { type Env, messageOf } from "#base";
import { type FlowTable, type FlowTargets, staleFlows, type StaleFlows } from "./flows.ts";

/** `changed` for each service, `settle` when the kernel has the rules. */
export class FlowKeeper {
  readonly #env: Pick<Env, "log">;
  readonly #table: FlowTable;
  /** Until the first time: what the services have. */
  #first: Map<string, readonly string[]> | undefined = new Map();
  #stale: StaleFlows[] = [];

  constructor(env: Pick<Env, "log">, table: FlowTable) {
    this.#env = env;
    this.#table = table;
  }

  /** The endpoints of one service. */
  changed(before: FlowTargets, after: FlowTargets): void {
    if (this.#first === undefined) {
      this.#stale.push(...staleFlows(before, after));
      return;
    }
    for (const frontend of before.keys()) this.#first.delete(frontend);
    for (const [frontend, endpoints] of after) this.#first.set(frontend, endpoints);
  }

  /** What cannot be forgotten is told, and no reason to stop: flows end by themselves when their clients pause. */
  async settle(signal: AbortSignal): Promise<void> {
    try {
      if (this.#first !== undefined) this.#stale = [...(await this.#left(this.#first, signal))];
      this.#first = undefined;
      const stale = this.#stale.splice(0);
      if (stale.length > 0) await this.#table.forget(stale, signal);
    } catch (error) {
      signal.throwIfAborted();
      this.#first = undefined;
      this.#env.log.warn("Cannot forget UDP flows to endpoints that are gone", { error: messageOf(error) });
    }
  }

  async #left(services: FlowTargets, signal: AbortSignal): Promise<readonly StaleFlows[]> {
    if (services.size === 0) return [];
    const tracked = [...(await this.#table.targets(signal))].filter(([frontend]) => services.has(frontend));
    return staleFlows(new Map([...services, ...tracked]), services);
  }
}
