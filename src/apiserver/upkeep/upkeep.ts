/**
 * What a server sees to in the background, once it is ready: allocations that have come apart from their Services, and the
 * status of flow schemas. Every part is a pass over the state that may run at any time, on any number of servers; a pass
 * that fails runs again at its next time.
 */
import { type Env, messageOf, type TaskGroup } from "#base";
import { OwnCalls, type PlainHandler } from "../bootstrap/own-calls.ts";
import { localApiServiceStatuses } from "../bootstrap/api-services.ts";
import { type CallerTrust, reconcileConfigMaps } from "../bootstrap/public-config-maps.ts";
import { reconcileServiceRange } from "../bootstrap/service-range.ts";
import { rangeOf } from "../registry/keys.ts";
import { REPAIR_INTERVAL_MS, UPKEEP_DELAY_MS } from "../limits.ts";
import type { Registry } from "../registry/registry.ts";
import type { ServiceAddresses } from "../resources/service-addresses.ts";
import type { ServicePorts } from "../resources/service-ports.ts";
import { Follower } from "../authz/follower.ts";
import { AddressRepair } from "./address-repair.ts";
import { flowSchemaStatuses } from "./flow-schema-status.ts";
import { PortRepair } from "./port-repair.ts";
import { Reports } from "./reports.ts";

export interface UpkeepDeps {
  readonly registry: Registry;
  readonly addresses: ServiceAddresses;
  readonly ports: ServicePorts;
  /** The server's way to itself. */
  readonly self: PlainHandler;
  /** Of the ServiceCIDR `kubernetes`. */
  readonly ranges: readonly string[];
  readonly callers: CallerTrust;
}

/** Dispose it to end what runs. */
export class Upkeep implements AsyncDisposable {
  readonly #env: Env;
  readonly #deps: UpkeepDeps;
  readonly #tasks: TaskGroup;
  readonly #followers: Follower[] = [];

  constructor(env: Env, deps: UpkeepDeps) {
    this.#env = env;
    this.#deps = deps;
    this.#tasks = env.tasks.group("upkeep");
  }

  start(): void {
    const { registry, addresses, ports, self, ranges, callers } = this.#deps;
    const calls = new OwnCalls(self, this.#tasks.signal);
    const reports = new Reports(registry, calls);
    const addressRepair = new AddressRepair({ registry, addresses, reports });
    const portRepair = new PortRepair({ registry, ports, reports });
    this.#every(REPAIR_INTERVAL_MS, "service repair", async () => {
      await addressRepair.pass();
      await portRepair.pass();
    });
    const flows = "flowcontrol.apiserver.k8s.io";
    this.#after("flow schema status", [`flowschemas.${flows}`, `prioritylevelconfigurations.${flows}`], () =>
      flowSchemaStatuses(registry, calls),
    );
    this.#after("service range", ["servicecidrs.networking.k8s.io"], () =>
      reconcileServiceRange(calls, registry.catalog.of("networking.k8s.io", "servicecidrs"), ranges),
    );
    this.#after("API services", ["apiservices.apiregistration.k8s.io"], () =>
      localApiServiceStatuses(registry, calls),
    );
    this.#after(
      "public configuration",
      ["configmaps"],
      () => reconcileConfigMaps(calls, registry.catalog.of("", "configmaps"), callers, this.#env.clock.now()),
      "kube-system",
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const follower of this.#followers) follower.stop();
    await this.#tasks[Symbol.asyncDispose]();
  }

  #every(intervalMs: number, name: string, pass: () => Promise<void>): void {
    this.#tasks.spawn(name, async (signal) => {
      for (;;) {
        await this.#attempt(name, pass);
        await this.#env.clock.sleep(intervalMs, signal);
      }
    });
  }

  /** A pass at the start, and shortly after each change of one of the resources, in a namespace or all. */
  #after(name: string, resources: readonly string[], pass: () => Promise<void>, namespace = ""): void {
    let isDue = false;
    const due = (): void => {
      if (isDue || this.#tasks.signal.aborted) return;
      isDue = true;
      this.#tasks.spawn(name, async (signal) => {
        await this.#env.clock.sleep(UPKEEP_DELAY_MS, signal);
        isDue = false;
        await this.#attempt(name, pass);
      });
    };
    const { store, catalog } = this.#deps.registry;
    for (const qualified of resources) {
      const [plural = "", ...group] = qualified.split(".");
      const range = rangeOf(catalog.of(group.join("."), plural), namespace);
      const follower = new Follower(store, range, due, () => follower.start());
      this.#followers.push(follower);
      follower.start();
    }
  }

  async #attempt(name: string, pass: () => Promise<void>): Promise<void> {
    try {
      await pass();
    } catch (error) {
      this.#tasks.signal.throwIfAborted();
      this.#env.log.warn("Upkeep failed, and will be tried again", { name, error: messageOf(error) });
    }
  }
}
