/**
 * Cluster addresses: each is an IPAddress object, made with a check that it does not exist, so that two writers can never
 * get one address, on any journal. They come from the ServiceCIDRs of the moment. The first address of a Service commits
 * with it; a second one, which is of the same resource, just before, and the repair loop knows it if the server dies in
 * between. Source: KEP-1880, KEP-563.
 */
import {
  type FieldErrors,
  internal,
  parseCidr,
  parseIp,
  type Resource,
  type Service,
  type ServiceCIDR,
} from "#api";
import { assert } from "#base";
import type { Write } from "#store";
import { keyOf } from "../registry/keys.ts";
import { type Extra, NOTHING_EXTRA, type Registry, putOf } from "../registry/registry.ts";
import { AddressRange, type Family } from "./address-range.ts";
import { countAddress, timeAddress } from "./allocation-metrics.ts";
import type { WriteContext } from "./behaviour.ts";
import { newObject } from "./new-object.ts";

/** On every IPAddress that a Service holds. */
export const managedBy = { "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io" };
export const familyLabel = "ipaddress.kubernetes.io/ip-family";

/** A range, and the object that it is from, if it is from one. */
interface UsableRange {
  readonly range: AddressRange;
  readonly key: string | undefined;
}

export class ServiceAddresses {
  /** As configured: one for each family, the cluster's own family first. */
  readonly #configured: readonly AddressRange[];

  /** `"10.96.0.0/12"` or `"10.96.0.0/12,fd00:96::/108"`. */
  constructor(ranges: string) {
    this.#configured = ranges.split(",").map((text) => {
      const cidr = parseCidr(text);
      assert(cidr !== undefined, `service range ${text} is no range`);
      return new AddressRange(cidr);
    });
    const [first, second] = this.#configured;
    assert(
      this.#configured.length <= 2 && first?.family !== second?.family,
      `service ranges ${ranges} are of one family`,
    );
  }

  /** The families of this cluster, its own first. */
  get families(): readonly Family[] {
    return this.#configured.map(({ family }) => family);
  }

  /** The first address of the first range, which `default/kubernetes` has. */
  get first(): string {
    return this.#configured[0]?.first ?? "";
  }

  /** Canonical, as the default ServiceCIDR names them. */
  get ranges(): readonly string[] {
    return this.#configured.map(({ text }) => text);
  }

  /**
   * Claims the address at `spec.clusterIPs[index]`: the one that stands there, or any of the family. Puts what cannot be
   * into `errors`.
   */
  claim(service: Service, index: number, context: WriteContext, errors: FieldErrors): Extra {
    const { spec } = service;
    const family = (spec.ipFamilies?.[index] ?? this.families[0]) as Family;
    const wanted = spec.clusterIPs?.[index] ?? "";
    const { clock, metrics } = context.registry.env;
    const started = clock.monotonic();
    const found = wanted === "" ? this.#free(family, context) : this.#named(wanted, context, errors);
    if (found === undefined) return NOTHING_EXTRA;
    if (!context.dryRun) timeAddress(metrics, found.range, clock.monotonic() - started);
    const addresses = [...(spec.clusterIPs ?? [])];
    addresses[index] = found.address;
    spec.clusterIPs = addresses;
    if (index === 0) spec.clusterIP = found.address;
    const write = this.record(context.registry, service, found.address, family);
    const { key } = found;
    const range = key === undefined ? undefined : context.seen.read(key);
    // The range must still be there, and not on its way out, when the address is taken.
    const checks = key === undefined || range === undefined ? [] : [{ key, modRevision: range.modRevision }];
    const { key: own } = write;
    const undo = { type: "delete", key: own } as const;
    if (index > 0) return { checks, writes: [], before: [{ write, modRevision: 0, undo }] };
    return { checks: [...checks, { key: own, modRevision: 0 }], writes: [write] };
  }

  /** Gives addresses back. */
  release(addresses: readonly string[], context: WriteContext): Extra {
    const held = addresses.flatMap((address) => {
      const key = this.key(context.registry, address);
      const record = context.seen.read(key);
      return record === undefined ? [] : [{ key, modRevision: record.modRevision }];
    });
    const [first, ...others] = held;
    if (first === undefined) return NOTHING_EXTRA;
    return { checks: [first], writes: [{ type: "delete", key: first.key }], after: others };
  }

  /** The write that makes the IPAddress of a Service. */
  record(registry: Registry, { metadata }: Service, address: string, family: Family): Write {
    const resource = this.#resource(registry);
    const parentRef = { resource: "services", namespace: metadata.namespace, name: metadata.name };
    const object = newObject(registry.env, resource, {
      metadata: { name: address, labels: { [familyLabel]: family, ...managedBy } },
      spec: { parentRef },
    });
    return putOf(registry, resource, this.key(registry, address), object).write;
  }

  key(registry: Registry, address: string): string {
    return keyOf(this.#resource(registry), "", address);
  }

  /** The ranges that addresses may be taken from now. Without any ServiceCIDR, those of the configuration. */
  usable(registry: Registry, family: Family): readonly UsableRange[] {
    const resource = registry.catalog.of("networking.k8s.io", "servicecidrs");
    const all = [...registry.objects.list<ServiceCIDR>("networking.k8s.io", "servicecidrs")];
    if (all.length === 0) {
      return this.#configured
        .filter((range) => range.family === family)
        .map((range) => ({ range, key: undefined }));
    }
    return all.filter(isUsable).flatMap(({ metadata, spec }) => {
      const ranges = (spec.cidrs ?? []).flatMap((text) => {
        const cidr = parseCidr(text);
        return cidr === undefined ? [] : [new AddressRange(cidr)];
      });
      const key = keyOf(resource, "", metadata.name ?? "");
      return ranges.filter((range) => range.family === family).map((range) => ({ range, key }));
    });
  }

  #named(wanted: string, context: WriteContext, errors: FieldErrors): Found | undefined {
    const bytes = parseIp(wanted);
    if (bytes === undefined) return undefined; // validation says so
    const refuse = (detail: string): undefined => {
      errors.invalid("spec.clusterIPs", [wanted], `failed to allocate IP ${wanted}: ${detail}`);
    };
    const family = bytes.length === 4 ? "IPv4" : "IPv6";
    const ranges = this.usable(context.registry, family);
    const holder = ranges.find(({ range }) => range.holds(bytes));
    if (holder === undefined) {
      const valid = ranges.map(({ range }) => range.text).join(", ");
      return refuse(`the provided IP is not in the valid range. The range of valid IPs is ${valid}`);
    }
    const isTaken = context.seen.read(this.key(context.registry, wanted)) !== undefined;
    if (!context.dryRun) countAddress(context.registry.env.metrics, holder.range, "static", !isTaken);
    return isTaken ? refuse("provided IP is already allocated") : { ...holder, address: wanted };
  }

  #free(family: Family, context: WriteContext): Found {
    const { registry, seen } = context;
    const isFree = (address: string): boolean => seen.read(this.key(registry, address)) === undefined;
    for (const one of this.usable(registry, family)) {
      const address = one.range.free(registry.env.random, isFree);
      if (!context.dryRun) countAddress(registry.env.metrics, one.range, "dynamic", address !== undefined);
      if (address !== undefined) return { ...one, address };
    }
    throw internal("failed to allocate a serviceIP: range is full");
  }

  #resource(registry: Registry): Resource {
    return registry.catalog.of("networking.k8s.io", "ipaddresses");
  }
}

interface Found extends UsableRange {
  readonly address: string;
}

/** A new range may be used at once, before its controller has said that it is ready. */
function isUsable({ metadata, status }: ServiceCIDR): boolean {
  if (metadata.deletionTimestamp !== undefined) return false;
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  return ready === undefined || ready.status === "True";
}
