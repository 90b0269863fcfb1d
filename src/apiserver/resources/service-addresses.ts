/**
 * Cluster addresses: each is an IPAddress object, created in the Service's own transaction with a check
 * that it does not exist. Two writers can never get one address, on any journal. Source: KEP-1880.
 */
import {
  type FieldErrors,
  type Resource,
  type Service,
  contains,
  formatIp,
  networkOf,
  parseCidr,
  parseIp,
} from "#api";
import { assert } from "#base";
import type { Write } from "#store";
import { keyOf, rangeOf } from "../registry/keys.ts";
import { type Extra, NOTHING_EXTRA, type Registry, putOf } from "../registry/registry.ts";
import type { WriteContext } from "./behaviour.ts";
import { newObject } from "./new-object.ts";

/** The lower band is left to addresses that are asked for by name, as upstream. */
const MIN_STATIC = 16;
const MAX_STATIC = 256;
const RANDOM_TRIES = 64;

export class ServiceAddresses {
  readonly #base: number;
  readonly #size: number;
  readonly #cidr: NonNullable<ReturnType<typeof parseCidr>>;

  constructor(range: string) {
    const cidr = parseCidr(range);
    assert(cidr !== undefined && cidr.address.length === 4, `service range ${range} is no IPv4 range`);
    this.#cidr = cidr;
    this.#base = numberOf(networkOf(cidr));
    this.#size = 2 ** (32 - cidr.prefixLength);
  }

  /** The first address of the range, which `default/kubernetes` has. */
  get first(): string {
    return this.#at(1);
  }

  /** Claims the address that `service` asks for, or any. Puts what cannot be into `errors`. */
  claim(service: Service, context: WriteContext, errors: FieldErrors): Extra {
    const { spec } = service;
    const wanted = spec.clusterIP ?? spec.clusterIPs?.[0] ?? "";
    const address = wanted === "" ? this.#free(context) : wanted;
    if (address === undefined) {
      errors.invalid("spec.clusterIPs", null, "failed to allocate an IP: range is full");
      return NOTHING_EXTRA;
    }
    if (wanted !== "" && !this.#mayHave(wanted, context, errors)) return NOTHING_EXTRA;
    spec.clusterIP = address;
    spec.clusterIPs = [address];
    return {
      checks: [{ key: this.#key(context.registry, address), modRevision: 0 }],
      writes: [this.#record(service, address, context)],
    };
  }

  /** Gives an address back. */
  release(address: string, context: WriteContext): Extra {
    const key = this.#key(context.registry, address);
    return context.seen.read(key) === undefined
      ? NOTHING_EXTRA
      : { checks: [], writes: [{ type: "delete", key }] };
  }

  #mayHave(wanted: string, context: WriteContext, errors: FieldErrors): boolean {
    const bytes = parseIp(wanted);
    if (bytes === undefined) return false; // validation says so
    if (!contains(this.#cidr, bytes)) {
      errors.invalid(
        "spec.clusterIPs",
        [wanted],
        `failed to allocate IP ${wanted}: the provided IP is not in the valid range`,
      );
      return false;
    }
    if (context.seen.read(this.#key(context.registry, wanted)) === undefined) return true;
    errors.invalid(
      "spec.clusterIPs",
      [wanted],
      `failed to allocate IP ${wanted}: provided IP is already allocated`,
    );
    return false;
  }

  #free(context: WriteContext): string | undefined {
    const { registry, seen } = context;
    const usable = this.#size - 2;
    const reserved = Math.min(Math.max(MIN_STATIC, Math.floor(this.#size / 16)), MAX_STATIC, usable - 1);
    const isFree = (address: string): boolean => seen.read(this.#key(registry, address)) === undefined;
    for (let i = 0; i < RANDOM_TRIES; i++) {
      const address = this.#at(1 + reserved + registry.env.random.below(usable - reserved));
      if (isFree(address)) return address;
    }
    const { from, to } = rangeOf(this.#resource(registry), "");
    if (registry.store.snapshot().count(from, to) >= usable) return undefined;
    for (let i = 1; i <= usable; i++) if (isFree(this.#at(i))) return this.#at(i);
    return undefined;
  }

  #record(service: Service, address: string, { registry }: WriteContext): Write {
    const resource = this.#resource(registry);
    const labels = {
      "ipaddress.kubernetes.io/ip-family": "IPv4",
      "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io",
    };
    const { name, namespace } = service.metadata;
    const parentRef = { resource: "services", namespace, name };
    const object = newObject(registry.env, resource, {
      metadata: { name: address, labels },
      spec: { parentRef },
    });
    return putOf(registry, resource, this.#key(registry, address), object).write;
  }

  #resource(registry: Registry): Resource {
    return registry.catalog.of("networking.k8s.io", "ipaddresses");
  }

  #key(registry: Registry, address: string): string {
    return keyOf(this.#resource(registry), "", address);
  }

  #at(offset: number): string {
    const value = this.#base + offset;
    return formatIp(Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255));
  }
}

function numberOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}
