/**
 * Brings Services and IPAddress objects together again, when somebody deleted or changed one, or a server died between the
 * two addresses of a Service. Every write checks that what it was decided on is still so. Source: KEP-1880.
 */
import { type IPAddress, isIpv6, parseIp, type Service } from "#api";
import type { Write } from "#store";
import { LEAKED_ADDRESS_AGE_MS } from "../limits.ts";
import { keyOf } from "../registry/keys.ts";
import type { Registry } from "../registry/registry.ts";
import { putOf } from "../registry/registry.ts";
import type { Family } from "../resources/address-range.ts";
import { familyLabel, managedBy, type ServiceAddresses } from "../resources/service-addresses.ts";
import { addressesOf } from "../resources/services.ts";
import { copyOf } from "../registry/plain-data.ts";
import type { Reports } from "./reports.ts";

/** What a pass reads and writes, and where it tells. */
export interface AddressRepairDeps {
  readonly registry: Registry;
  readonly addresses: ServiceAddresses;
  readonly reports: Reports;
}

const managerLabel = "ipaddress.kubernetes.io/managed-by";

/** One pass over all Services and addresses; safe at any time, on any number of servers. */
export class AddressRepair {
  readonly #deps: AddressRepairDeps;

  constructor(deps: AddressRepairDeps) {
    this.#deps = deps;
  }

  async pass(): Promise<void> {
    const { registry } = this.#deps;
    for (const service of registry.objects.list<Service>("", "services")) {
      await registry.turns.turn();
      for (const address of addressesOf(service.spec)) await this.#checkService(service, address);
    }
    for (const held of registry.objects.list<IPAddress>("networking.k8s.io", "ipaddresses")) {
      await registry.turns.turn();
      await this.#checkAddress(held);
    }
  }

  async #checkService(service: Service, address: string): Promise<void> {
    const { registry, addresses, reports } = this.#deps;
    const bytes = parseIp(address);
    const warn = async (type: string, reason: string, message: string): Promise<void> => {
      reports.countAddress(type);
      await reports.warn(registry.catalog.of("", "services"), service, reason, message);
    };
    if (bytes === undefined) {
      return warn(
        "invalid",
        "ClusterIPNotValid",
        `Cluster IP ${address} is not a valid IP; please recreate Service`,
      );
    }
    const family: Family = isIpv6(address) ? "IPv6" : "IPv4";
    const what = `Cluster IP [${family}]: ${address}`;
    if (!addresses.usable(registry, family).some(({ range }) => range.holds(bytes))) {
      const text = `${what} is not within any configured Service CIDR; please recreate service`;
      return warn("outOfRange", "ClusterIPOutOfRange", text);
    }
    const held = registry.objects.get<IPAddress>("networking.k8s.io", "ipaddresses", "", address);
    if (held === undefined) {
      const made = await this.#commit(
        service,
        address,
        0,
        addresses.record(registry, service, address, family),
      );
      if (made) await warn("repair", "ClusterIPNotAllocated", `${what} is not allocated; repairing`);
      return;
    }
    const { namespace = "", name = "" } = held.spec.parentRef ?? {};
    if (namespace !== service.metadata.namespace || name !== service.metadata.name) {
      if (this.#isHolder(held)) {
        const text = `${what} was assigned to multiple services; please recreate service`;
        return warn("duplicate", "ClusterIPAlreadyAllocated", text);
      }
      const record = addresses.record(registry, service, address, family);
      if (await this.#commit(service, address, revisionOf(held), record))
        await warn("repair", "ClusterIPNotAllocated", `${what} has a wrong reference; repairing`);
      return;
    }
    const labels = held.metadata.labels ?? {};
    if (labels[familyLabel] === family && labels[managerLabel] === managedBy[managerLabel]) return;
    const draft = copyOf(held);
    draft.metadata.labels = { ...labels, [familyLabel]: family, ...managedBy };
    const resource = registry.catalog.of("networking.k8s.io", "ipaddresses");
    const { write } = putOf(registry, resource, addresses.key(registry, address), draft);
    if (await this.#commit(service, address, revisionOf(held), write)) {
      const text = `${what} has incorrect labels, reconciling`;
      await warn("invalid", "ClusterIPNotAllocated", text);
    }
  }

  /** An address that no Service holds goes, unless its Service may just be on its way. */
  async #checkAddress(held: IPAddress): Promise<void> {
    const { registry, reports } = this.#deps;
    const { metadata, spec } = held;
    if (metadata.labels?.[managerLabel] !== managedBy[managerLabel] || this.#isHolder(held)) return;
    const ageMs = registry.env.clock.now() - Date.parse(metadata.creationTimestamp ?? "");
    if (ageMs < LEAKED_ADDRESS_AGE_MS) return;
    const address = metadata.name ?? "";
    const { namespace = "", name = "" } = spec.parentRef ?? {};
    const services = registry.catalog.of("", "services");
    const service = registry.objects.get<Service>("", "services", namespace, name);
    const key = this.#deps.addresses.key(registry, address);
    const { committed } = await registry.store.commit({
      checks: [
        { key, modRevision: revisionOf(held) },
        ...(name === ""
          ? []
          : [
              {
                key: keyOf(services, namespace, name),
                modRevision: service === undefined ? 0 : revisionOf(service),
              },
            ]),
      ],
      writes: [{ type: "delete", key }],
    });
    if (!committed) return;
    reports.countAddress("leak");
    const text = `IPAddress: ${address} for Service ${namespace}/${name} appears to have leaked: cleaning up`;
    const resource = registry.catalog.of("networking.k8s.io", "ipaddresses");
    await reports.warn(resource, held, "IPAddressNotAllocated", text);
  }

  /** Whether the Service that it refers to is there and has the address. */
  #isHolder({ metadata, spec }: IPAddress): boolean {
    const { resource, group = "", namespace = "", name = "" } = spec.parentRef ?? {};
    if (resource !== "services" || group !== "") return false;
    const service = this.#deps.registry.objects.get<Service>("", "services", namespace, name);
    return service !== undefined && addressesOf(service.spec).includes(metadata.name ?? "");
  }

  /** Writes, while the Service and the address are as they were. */
  async #commit(service: Service, address: string, modRevision: number, write: Write): Promise<boolean> {
    const { registry, addresses } = this.#deps;
    const { namespace = "", name = "" } = service.metadata;
    const { committed } = await registry.store.commit({
      checks: [
        {
          key: keyOf(registry.catalog.of("", "services"), namespace, name),
          modRevision: revisionOf(service),
        },
        { key: addresses.key(registry, address), modRevision },
      ],
      writes: [write],
    });
    return committed;
  }
}

function revisionOf({ metadata }: { readonly metadata: { readonly resourceVersion?: string } }): number {
  return Number(metadata.resourceVersion ?? 0);
}
