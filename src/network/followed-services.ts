/**
 * The Services and EndpointSlices that a proxy of one node follows, with the node itself. A slice that went from one
 * service to another is news for both.
 */
import { type EndpointSlice, endpointSlices, type Node, nodes, type Service, services } from "#api";
import { type Informer, type Informers, keyOf, keyText, parseKey } from "#client";
import { serviceKeyOf } from "./service-key.ts";

/** Who hears of changes. */
export interface ServiceFollower {
  /** A service, or what is behind it. */
  serviceChanged(key: string): void;
  nodeChanged(): void;
}

/** Declares its informers when it is made; their owner starts them. Dispose it to hear no more. */
export class FollowedServices implements Disposable {
  readonly #nodeName: string;
  readonly #services: Informer<Service>;
  readonly #slices: Informer<EndpointSlice>;
  readonly #nodes: Informer<Node>;
  readonly #subscriptions: (() => void)[] = [];

  constructor(informers: Informers, nodeName: string) {
    this.#nodeName = nodeName;
    this.#services = informers.of<Service>(services);
    this.#slices = informers.of<EndpointSlice>(endpointSlices);
    this.#nodes = informers.of<Node>(nodes, { fieldSelector: `metadata.name=${nodeName}` });
    this.#slices.index("service", (slice) => [serviceKeyOf(slice) ?? ""]);
  }

  follow(follower: ServiceFollower): void {
    this.#subscriptions.push(
      this.#services.onChange(({ key }) => follower.serviceChanged(keyText(key))),
      this.#slices.onChange(({ previous, current }) => {
        for (const slice of [previous, current]) {
          const key = slice === undefined ? undefined : serviceKeyOf(slice);
          if (key !== undefined) follower.serviceChanged(key);
        }
      }),
      this.#nodes.onChange(() => follower.nodeChanged()),
    );
  }

  get synced(): boolean {
    return this.#services.synced && this.#slices.synced;
  }

  /** Undefined when it is not in the API. */
  get node(): Node | undefined {
    return this.#nodes.lister.get({ name: this.#nodeName });
  }

  get zone(): string {
    return this.node?.metadata.labels?.["topology.kubernetes.io/zone"] ?? "";
  }

  keys(): readonly string[] {
    return this.#services.lister.list().map((service) => keyText(keyOf(service)));
  }

  get(key: string): { readonly service: Service | undefined; readonly slices: readonly EndpointSlice[] } {
    return {
      service: this.#services.lister.get(parseKey(key)),
      slices: this.#slices.lister.by("service", key),
    };
  }

  [Symbol.dispose](): void {
    for (const unsubscribe of this.#subscriptions.splice(0)) unsubscribe();
  }
}
