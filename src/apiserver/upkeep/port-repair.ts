/** Makes the bitmap of node ports say what the Services say, when it has come apart (a restored backup, an edited store). */
import type { Service } from "#api";
import type { Registry } from "../registry/registry.ts";
import { portsOf, type ServicePorts } from "../resources/service-ports.ts";
import type { Reports } from "./reports.ts";

/** What a pass reads and writes, and where it tells. */
export interface PortRepairDeps {
  readonly registry: Registry;
  readonly ports: ServicePorts;
  readonly reports: Reports;
}

/** One pass over all Services; safe at any time, on any number of servers. */
export class PortRepair {
  readonly #deps: PortRepairDeps;

  constructor(deps: PortRepairDeps) {
    this.#deps = deps;
  }

  async pass(): Promise<void> {
    const { registry, ports, reports } = this.#deps;
    // Read before the Services: who changes their ports after this writes the bitmap too, and then the commit fails.
    const record = registry.store.snapshot().get(ports.key);
    const before = ports.decode(record?.value);
    const services = registry.catalog.of("", "services");
    const used = new Map<number, string>();
    for (const service of registry.objects.list<Service>("", "services")) {
      await registry.turns.turn();
      const { namespace, name } = service.metadata;
      const id = `${namespace}/${name}`;
      for (const port of new Set(portsOf(service.spec))) {
        if (!ports.holds(port)) {
          reports.countPort("outOfRange");
          const text = `Port ${port} is not within the port range ${ports.range}; please recreate service`;
          await reports.warn(services, service, "PortOutOfRange", text);
        } else if (used.has(port)) {
          reports.countPort("duplicate");
          const text = `Port ${port} was assigned to multiple services; please recreate service`;
          await reports.warn(services, service, "PortAlreadyAllocated", text);
        } else {
          used.set(port, id);
          if (before.has(port)) continue;
          reports.countPort("repair");
          const text = `Port ${port} is not allocated; repairing`;
          await reports.warn(services, service, "PortNotAllocated", text);
        }
      }
    }
    const leaked = [...before].filter((port) => !used.has(port)).length;
    for (let i = 0; i < leaked; i++) reports.countPort("leak");
    if (leaked === 0 && before.size === used.size) return;
    await registry.store.commit({
      checks: [{ key: ports.key, modRevision: record?.modRevision ?? 0 }],
      writes: [ports.write(new Set(used.keys()))],
    });
  }
}
