/**
 * The cluster's DNS server: informers keep the zone; queries come over UDP and TCP, and each goes down the handlers.
 *
 *   bytes -> decodeQuery -> handlers -> PreparedAnswer -> encodeAnswer -> bytes
 *
 * Invariant: an answer from the zone is made in the turn in which its query came, so that such queries hold nothing and
 * need no bound; only forwarded ones wait, and those are bounded.
 */
import { type EndpointSlice, endpointSlices, type Pod, pods, type Service, services } from "#api";
import { type Component, type Env, isAbort, messageOf } from "#base";
import { type Informer, type Informers, keyText, parseKey } from "#client";
import { serviceKeyOf } from "../service-key.ts";
import { Forwarder, type ForwarderOptions } from "./forwarder.ts";
import { bare, type DnsContext, type Handled, type PodNames } from "./handler.ts";
import { handlers } from "./handlers/handlers.ts";
import { maxMessageBytes, maxTcpClients, tcpIdleMs } from "./limits.ts";
import {
  decodeQuery,
  encodeAnswer,
  encodeRefusal,
  prepareAnswer,
  type PreparedAnswer,
  type Query,
} from "./message.ts";
import { dnsMetrics } from "./dns-metrics.ts";
import { serviceNames } from "./service-names.ts";
import {
  type Bound,
  type ByteStream,
  type Datagrams,
  type SocketAddress,
  SocketError,
  type Streams,
} from "./sockets.ts";
import { FrameReader, frame } from "./tcp-frames.ts";
import { Zone } from "./zone.ts";

/** The world that it answers in. */
export interface DnsServerDeps {
  readonly informers: Informers;
  readonly datagrams: Datagrams;
  readonly streams: Streams;
}

/** What it answers, and where. */
export interface DnsServerOptions {
  /** Where it answers, over UDP and TCP. */
  readonly addresses: readonly SocketAddress[];
  /** Where a port is taken, another one does. Default false. */
  readonly anyPort?: boolean;
  /** Default `cluster.local`. */
  readonly domain?: string;
  /** Names of pods by address. Default `insecure`, as kubeadm's. */
  readonly podNames?: PodNames;
  /** Who is asked of other names. Default: nobody, and they are refused. */
  readonly forward?: ForwarderOptions;
}

/** Answers from `start` until dispose. */
export class DnsServer implements Component {
  readonly #env: Env;
  readonly #deps: DnsServerDeps;
  readonly #options: DnsServerOptions;
  readonly #services: Informer<Service>;
  readonly #slices: Informer<EndpointSlice>;
  readonly #pods: Informer<Pod> | undefined;
  readonly #zone: Zone;
  readonly #forwarder: Forwarder | undefined;
  readonly #context: DnsContext;
  readonly #metrics;
  readonly #subscriptions: (() => void)[] = [];
  readonly #bound: Bound[] = [];
  readonly #clients = new Set<ByteStream>();
  readonly #stop = new AbortController();
  #running = false;

  constructor(env: Env, deps: DnsServerDeps, options: DnsServerOptions) {
    this.#env = env;
    this.#deps = deps;
    this.#options = options;
    const { domain = "cluster.local", podNames = "insecure", forward } = options;
    this.#services = deps.informers.of<Service>(services);
    this.#slices = deps.informers.of<EndpointSlice>(endpointSlices);
    this.#slices.index("service", (slice) => [serviceKeyOf(slice) ?? ""]);
    if (podNames === "verified") {
      this.#pods = deps.informers.of<Pod>(pods);
      this.#pods.index("address", podAddresses);
    }
    this.#zone = new Zone(domain.toLowerCase());
    this.#forwarder = forward === undefined ? undefined : new Forwarder(env, deps, forward);
    const forwarder = this.#forwarder;
    this.#context = {
      zone: this.#zone,
      podNames,
      hasPod: (namespace, address) =>
        (this.#pods?.lister.by("address", `${namespace} ${address}`).length ?? 0) > 0,
      forward: forwarder === undefined ? undefined : (query, signal) => forwarder.ask(query, signal),
    };
    this.#metrics = dnsMetrics(env);
  }

  /** Resolves when it answers, with every service of the cluster known. */
  async start(signal: AbortSignal): Promise<void> {
    this.#subscriptions.push(
      this.#services.onChange(({ key }) => this.#update(keyText(key))),
      this.#slices.onChange(({ previous, current }) => {
        for (const slice of [previous, current])
          if (slice !== undefined) this.#update(serviceKeyOf(slice) ?? "");
      }),
    );
    await this.#deps.informers.start(signal);
    for (const at of this.#options.addresses) await this.#listen(at);
    this.#running = true;
    const forwarder = this.#forwarder;
    if (forwarder === undefined) return;
    this.#env.tasks.spawn("loop probe", (stop) =>
      forwarder.probe(AbortSignal.any([stop, this.#stop.signal])),
    );
  }

  ready(): string | undefined {
    if (!this.#services.synced || !this.#slices.synced) return "informers have not synced";
    return this.#running ? undefined : "not started";
  }

  /** Where it listens, with true ports: for each address UDP, then TCP. */
  get bound(): readonly SocketAddress[] {
    return this.#bound.map(({ at }) => at);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#running = false;
    this.#stop.abort();
    for (const unsubscribe of this.#subscriptions.splice(0)) unsubscribe();
    for (const bound of this.#bound.splice(0)) bound.close();
    for (const client of this.#clients) client.close();
  }

  #update(key: string): void {
    if (key === "") return;
    const service = this.#services.lister.get(parseKey(key));
    const slices = this.#slices.lister.by("service", key);
    this.#zone.set(key, service === undefined ? undefined : serviceNames(service, slices, this.#zone.domain));
  }

  async #listen(at: SocketAddress): Promise<void> {
    try {
      await this.#bind(at);
    } catch (error) {
      const taken = error instanceof SocketError && error.code === "addressInUse";
      if (!taken || this.#options.anyPort !== true) throw error;
      await this.#bind({ ...at, port: 0 });
    }
  }

  async #bind(at: SocketAddress): Promise<void> {
    const socket = await this.#deps.datagrams.bind(at, (data, from) => {
      const query = decodeQuery(data);
      void this.#answer(query, "udp", (bytes) => socket.send(bytes, from));
    });
    try {
      const accept = (stream: ByteStream): void => this.#accept(stream);
      const tcp = await this.#deps.streams.listen({ ...at, port: socket.at.port }, accept);
      this.#bound.push(socket, tcp);
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  #accept(stream: ByteStream): void {
    if (!this.#running || this.#clients.size >= maxTcpClients) return stream.close();
    this.#clients.add(stream);
    this.#env.tasks.spawn("tcp client", async () => {
      await this.#serve(stream).finally(() => {
        this.#clients.delete(stream);
        stream.close();
      });
    });
  }

  /** Answers leave in the order in which they are ready (RFC 7766). */
  async #serve(stream: ByteStream): Promise<void> {
    const reader = new FrameReader();
    let timer = this.#env.clock.timer(tcpIdleMs, () => stream.close());
    try {
      for await (const chunk of stream.chunks) {
        timer.cancel();
        timer = this.#env.clock.timer(tcpIdleMs, () => stream.close());
        for (const message of reader.push(chunk)) {
          const query = decodeQuery(message);
          await this.#answer(query, "tcp", (bytes) => stream.write(frame(bytes)));
        }
      }
    } finally {
      timer.cancel();
    }
  }

  /** Resolves when the answer is handed over; at once for one from the zone. */
  #answer(
    query: ReturnType<typeof decodeQuery>,
    protocol: "udp" | "tcp",
    send: (bytes: Uint8Array) => Promise<void> | void,
  ): Promise<void> | void {
    if (query === undefined || !this.#running) return;
    if (!("question" in query)) {
      this.#metrics.refused(query.code);
      return send(encodeRefusal(query));
    }
    const begun = this.#env.clock.monotonic();
    const maxBytes = protocol === "udp" ? query.maxUdpBytes : maxMessageBytes;
    const finish = (prepared: PreparedAnswer, ageSeconds: number): Promise<void> | void => {
      this.#metrics.answered(
        protocol,
        query.question.type,
        prepared.code,
        this.#env.clock.monotonic() - begun,
      );
      return send(encodeAnswer(query, prepared, maxBytes, ageSeconds));
    };
    const handled = this.#handle(query);
    if (!(handled instanceof Promise)) return finish(bytesOf(query, handled), 0);
    const later = handled.then((answer) => {
      if ("prepared" in answer) return finish(answer.prepared, answer.ageSeconds);
      return finish(bytesOf(query, answer), 0);
    });
    return later.catch((error: unknown) => {
      if (!isAbort(error)) this.#env.log.warn("A query was not answered", { error: messageOf(error) });
    });
  }

  #handle(query: Query): Handled {
    const { name, class: ofClass } = query.question;
    if (ofClass !== 1) return bare("REFUSED");
    this.#forwarder?.hears(name);
    for (const handler of handlers) {
      const handled = handler.answer(query, this.#context, this.#stop.signal);
      if (handled !== undefined) return handled;
    }
    return bare("REFUSED");
  }
}

function bytesOf({ question }: Query, handled: Exclude<Handled, Promise<unknown>>): PreparedAnswer {
  return "tail" in handled ? handled : prepareAnswer(question.name, handled);
}

/** Pods that have ended may have given their address to others. */
function podAddresses({ metadata, status, spec }: Pod): readonly string[] {
  if (spec.hostNetwork === true || status.phase === "Succeeded" || status.phase === "Failed") return [];
  return (status.podIPs ?? []).map(({ ip }) => `${metadata.namespace} ${ip}`);
}
