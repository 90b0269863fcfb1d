/**
 * Node ports: one RangeAllocation, a bitmap under a key of its own, is part of every transaction that takes
 * or gives back ports, so that writers of ports serialize on it. The key and form are upstream's.
 */
import { FieldErrors, internal, type Service, StatusError } from "#api";
import type { Write } from "#store";
import { type Extra, NOTHING_EXTRA } from "../registry/registry.ts";
import { plainIndex } from "../registry/records.ts";
import { countPort, type Scope } from "./allocation-metrics.ts";
import type { WriteContext } from "./behaviour.ts";

const KEY = "/registry/ranges/servicenodeports";
const RANDOM_TRIES = 64;

type Spec = Service["spec"];

/** Takes and gives back node ports. */
export class ServicePorts {
  readonly #first: number;
  readonly #count: number;

  /** `"30000-32767"`. */
  constructor(range: string) {
    const [first = 0, last = 0] = range.split("-").map(Number);
    this.#first = first;
    this.#count = last - first + 1;
  }

  /** Where the bitmap is. */
  get key(): string {
    return KEY;
  }

  /** `30000-32767` */
  get range(): string {
    return `${this.#first}-${this.#first + this.#count - 1}`;
  }

  /** How many there are. */
  get size(): number {
    return this.#count;
  }

  holds(port: number): boolean {
    return port >= this.#first && port < this.#first + this.#count;
  }

  /** The ports that a stored bitmap has. */
  decode(value: Uint8Array | undefined): ReadonlySet<number> {
    return new Set([...decodeBitmap(value, this.#count)].map((offset) => this.#first + offset));
  }

  /** The write of a bitmap with these ports. */
  write(ports: ReadonlySet<number>): Write {
    return this.#put(new Set([...ports].map((port) => port - this.#first)));
  }

  #put(used: ReadonlySet<number>): Write {
    return { type: "put", key: KEY, value: encodeBitmap(used, this.range), index: plainIndex(KEY) };
  }

  /**
   * Fills absent node ports, checks given ones, and gives back those that `old` had and `service` has no
   * more.
   */
  change(service: Service, old: Service | undefined, context: WriteContext, errors: FieldErrors): Extra {
    const held = new Set(old === undefined ? [] : portsOf(old.spec));
    const wanted = wantsPorts(service.spec);
    if (held.size === 0 && !wanted) return NOTHING_EXTRA;
    const record = context.seen.read(KEY);
    const before = decodeBitmap(record?.value, this.#count);
    const used = new Set(before);
    for (const port of held) used.delete(port - this.#first);
    if (wanted && old !== undefined) refuseDoubles(service.spec);
    if (wanted) this.#take(service.spec, used, context, errors);
    if (used.size === before.size && [...used].every((offset) => before.has(offset))) return NOTHING_EXTRA;
    return { checks: [{ key: KEY, modRevision: record?.modRevision ?? 0 }], writes: [this.#put(used)] };
  }

  #take(spec: Spec, used: Set<number>, context: WriteContext, errors: FieldErrors): void {
    const count = (scope: Scope, taken: boolean): void => {
      if (!context.dryRun) countPort(context.registry.env.metrics, scope, taken);
    };
    // Ports of one Service may share a node port under different protocols; validation refuses other doubles.
    const mine = new Set<number>();
    const ports = spec.ports ?? [];
    const wantsHealth = spec.type === "LoadBalancer" && spec.externalTrafficPolicy === "Local";
    for (const [i, port] of ports.entries()) {
      const number = port.nodePort ?? 0;
      if (number === 0 || mine.has(number)) continue;
      mine.add(number);
      const isTaken = this.#claim(number, `spec.ports[${i}].nodePort`, used, errors);
      count("static", isTaken);
      if (!isTaken) return;
    }
    const health = wantsHealth ? (spec.healthCheckNodePort ?? 0) : 0;
    if (health !== 0) {
      const refused = new FieldErrors();
      const isTaken = this.#claim(health, "spec.healthCheckNodePort", used, refused);
      count("static", isTaken);
      if (!isTaken) throw internal(`failed to allocate requested HealthCheck NodePort ${health}`);
    }
    const isWithout = spec.type === "LoadBalancer" && spec.allocateLoadBalancerNodePorts === false;
    for (const port of ports) {
      if (isWithout || (port.nodePort ?? 0) !== 0) continue;
      const twin = ports.find((one) => one.port === port.port && (one.nodePort ?? 0) !== 0);
      const free = twin?.nodePort ?? this.#free(used, context);
      if (twin === undefined) count("dynamic", free !== undefined);
      if (free === undefined) throw internal("failed to allocate a nodePort: range is full");
      port.nodePort = free;
    }
    if (!wantsHealth || health !== 0) return;
    const free = this.#free(used, context);
    if (free === undefined) throw internal("failed to allocate a HealthCheck NodePort: range is full");
    spec.healthCheckNodePort = free;
  }

  /** Whether it could be taken. */
  #claim(port: number, field: string, used: Set<number>, errors: FieldErrors): boolean {
    const offset = port - this.#first;
    if (offset < 0 || offset >= this.#count) {
      errors.invalid(
        field,
        port,
        `provided port is not in the valid range. The range of valid ports is ${this.range}`,
      );
      return false;
    }
    if (used.has(offset)) {
      errors.invalid(field, port, "provided port is already allocated");
      return false;
    }
    used.add(offset);
    return true;
  }

  #free(used: Set<number>, { registry }: WriteContext): number | undefined {
    for (let i = 0; i < RANDOM_TRIES; i++) {
      const offset = registry.env.random.below(this.#count);
      if (!used.has(offset)) return this.#taken(offset, used);
    }
    for (let offset = 0; offset < this.#count; offset++)
      if (!used.has(offset)) return this.#taken(offset, used);
    return undefined;
  }

  #taken(offset: number, used: Set<number>): number {
    used.add(offset);
    return this.#first + offset;
  }
}

/** Of an update; of a create, validation does. Upstream's allocator comes first, and answers a bare 500. */
function refuseDoubles({ ports = [] }: Spec): void {
  const seen = new Set<string>();
  for (const { protocol = "TCP", nodePort = 0 } of ports) {
    const id = `{${protocol} ${nodePort}}`;
    if (nodePort !== 0 && seen.has(id)) throw new StatusError(500, "", `duplicate nodePort: ${id}`);
    seen.add(id);
  }
}

/** Whether a Service of this type has node ports. */
function wantsPorts(spec: Spec): boolean {
  return spec.type === "NodePort" || spec.type === "LoadBalancer";
}

/** The node ports of a Service, the one for health checks included. */
export function portsOf(spec: Spec): readonly number[] {
  const all = (spec.ports ?? []).map((port) => port.nodePort ?? 0);
  return [...all, spec.healthCheckNodePort ?? 0].filter((port) => port !== 0);
}

/** A big-endian bitmap, leading zero bytes left out: bit i is offset i. */
function decodeBitmap(value: Uint8Array | undefined, count: number): Set<number> {
  const used = new Set<number>();
  if (value === undefined) return used;
  const { data = "" } = JSON.parse(Buffer.from(value).toString("utf8")) as { readonly data?: string };
  const bytes = Buffer.from(data, "base64");
  for (let offset = 0; offset < count; offset++) {
    const byte = bytes[bytes.length - 1 - (offset >> 3)] ?? 0;
    if ((byte & (1 << (offset & 7))) !== 0) used.add(offset);
  }
  return used;
}

function encodeBitmap(used: ReadonlySet<number>, range: string): Uint8Array {
  const highest = Math.max(-1, ...used);
  const bytes = Buffer.alloc(highest < 0 ? 0 : (highest >> 3) + 1);
  for (const offset of used) {
    const at = bytes.length - 1 - (offset >> 3);
    bytes[at] = (bytes[at] ?? 0) | (1 << (offset & 7));
  }
  const object = {
    kind: "RangeAllocation",
    apiVersion: "v1",
    metadata: {},
    range,
    data: bytes.toString("base64"),
  };
  return Buffer.from(JSON.stringify(object));
}
