/** What a repair tells: an event about the object, and a count by what was wrong. */
import { type KubeObject, type Resource, rfc3339 } from "#api";
import type { Counter } from "#base";
import { groupVersion } from "../catalog.ts";
import type { OwnCalls } from "../bootstrap/own-calls.ts";
import type { Registry } from "../registry/registry.ts";

export class Reports {
  readonly #registry: Registry;
  readonly #calls: OwnCalls;
  readonly #addressErrors: Counter;
  readonly #portErrors: Counter;

  constructor(registry: Registry, calls: OwnCalls) {
    this.#registry = registry;
    this.#calls = calls;
    const { metrics } = registry.env;
    this.#addressErrors = metrics.counter(
      "apiserver_clusterip_repair_ip_errors_total",
      "Number of errors detected on clusterips by the repair loop broken down by type of error",
      ["type"],
    );
    this.#portErrors = metrics.counter(
      "apiserver_nodeport_repair_port_errors_total",
      "Number of errors detected on ports by the repair loop broken down by type of error",
      ["type"],
    );
  }

  countAddress(type: string): void {
    this.#addressErrors.inc(1, type);
  }

  countPort(type: string): void {
    this.#portErrors.inc(1, type);
  }

  async warn(resource: Resource, { metadata }: KubeObject, reason: string, message: string): Promise<void> {
    const { env, catalog } = this.#registry;
    const { name = "", namespace = "default", uid, resourceVersion } = metadata;
    const now = rfc3339(env.clock.now());
    const involvedObject = {
      kind: resource.kind,
      apiVersion: groupVersion(resource),
      name,
      ...(metadata.namespace === undefined ? {} : { namespace }),
      uid,
      resourceVersion,
    };
    await this.#calls.create(catalog.of("", "events"), {
      metadata: { name: `${name}.${env.random.uuid().slice(0, 16).replaceAll("-", "")}`, namespace },
      involvedObject,
      reason,
      message,
      type: "Warning",
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
      source: { component: "ipallocator-repair-controller" },
      reportingComponent: "ipallocator-repair-controller",
      reportingInstance: "",
    });
  }
}
