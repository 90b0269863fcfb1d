/**
 * Asks upstream resolvers: over UDP from a port of its own for each question, over TCP when the answer was cut. Equal
 * questions in flight are one. A domain may have resolvers of its own (stub domains); the longest one counts.
 *
 * Loops: at the start a name that nobody knows is asked of each upstream; one that brings it back to us is not asked
 * again (`hears`).
 */
import { type Env, isAbort } from "#base";
import { AnswerCache } from "./answer-cache.ts";
import type { ForwardedAnswer } from "./handler.ts";
import { forwardTimeoutMs, maxForwardsInFlight, maxForwardTries } from "./limits.ts";
import { encodeQuery, encodeQuestion, type PreparedAnswer, prepareAnswer, type Query } from "./message.ts";
import { decodeResponse, type Response } from "./response.ts";
import { isWithin } from "./name.ts";
import { recordTypes } from "./record.ts";
import { bare } from "./handler.ts";
import { type Datagrams, type SocketAddress, SocketError, type Streams } from "./sockets.ts";
import { FrameReader, frame } from "./tcp-frames.ts";

/** Whom to ask. */
export interface ForwarderOptions {
  /** Resolvers of everything that has no stub domain. */
  readonly upstreams: readonly SocketAddress[];
  /** Resolvers by domain: `{ "corp.example": [...] }`. */
  readonly stubDomains?: Readonly<Record<string, readonly SocketAddress[]>>;
}

/** Holds the cache and what is in flight. */
export class Forwarder {
  readonly #env: Env;
  readonly #datagrams: Datagrams;
  readonly #streams: Streams;
  readonly #options: ForwarderOptions;
  readonly #cache: AnswerCache;
  readonly #inFlight = new Map<string, Promise<ForwardedAnswer>>();
  readonly #looping = new Set<string>();
  readonly #probes = new Map<string, SocketAddress>();
  readonly #metrics;

  constructor(
    env: Env,
    deps: { readonly datagrams: Datagrams; readonly streams: Streams },
    options: ForwarderOptions,
  ) {
    this.#env = env;
    this.#datagrams = deps.datagrams;
    this.#streams = deps.streams;
    this.#options = options;
    this.#cache = new AnswerCache(env.clock);
    const { metrics } = env;
    this.#metrics = {
      hits: metrics.counter("coredns_cache_hits_total", "Answers from the cache.", ["type"]),
      misses: metrics.counter("coredns_cache_misses_total", "Questions that the cache could not answer."),
      entries: metrics.gauge("coredns_cache_entries", "Answers in the cache."),
      duration: metrics.histogram(
        "coredns_forward_request_duration_seconds",
        "Time of an upstream's answer.",
        [0.001, 0.004, 0.016, 0.064, 0.256, 1, 4],
        ["to"],
      ),
      rejected: metrics.counter(
        "coredns_forward_max_concurrent_rejects_total",
        "Questions not asked because too many were in flight.",
      ),
    };
  }

  /** From the cache or an upstream; SERVFAIL when none answers. Rejects with the signal's reason only. */
  async ask(query: Query, signal: AbortSignal): Promise<ForwardedAnswer> {
    const { name, type, class: ofClass } = query.question;
    const key = `${ofClass} ${type} ${name}`;
    const cached = this.#cache.get(key);
    if (cached !== undefined) {
      this.#metrics.hits.inc(
        1,
        cached.prepared.code === 0 && cached.prepared.counts[0] > 0 ? "success" : "denial",
      );
      return cached;
    }
    this.#metrics.misses.inc();
    const pending = this.#inFlight.get(key);
    if (pending !== undefined) return pending;
    if (this.#inFlight.size >= maxForwardsInFlight) {
      this.#metrics.rejected.inc();
      return failed(query);
    }
    const asked = this.#askUpstreams(query, key, signal).finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, asked);
    return asked;
  }

  /** Sends each upstream a name that comes back only by a loop. */
  async probe(signal: AbortSignal): Promise<void> {
    const all = [this.#options.upstreams, ...Object.values(this.#options.stubDomains ?? {})].flat();
    const ask = async (upstream: SocketAddress): Promise<void> => {
      const name = `${this.#env.random.uuid()}.loop-probe.invalid`;
      this.#probes.set(name, upstream);
      const question = { name, type: recordTypes.HINFO, class: 1 };
      await this.#askOne(upstream, encodeQuestion(question), signal);
    };
    await Promise.all(all.map(ask));
  }

  /** To be told of each question's name that comes from outside. */
  hears(name: string): void {
    if (this.#probes.size === 0) return;
    const upstream = this.#probes.get(name);
    if (upstream === undefined) return;
    this.#looping.add(text(upstream));
    this.#env.log.error("An upstream resolver asks us in turn; it is not asked any more", {
      upstream: text(upstream),
    });
  }

  async #askUpstreams(query: Query, key: string, signal: AbortSignal): Promise<ForwardedAnswer> {
    const upstreams = this.#upstreamsOf(query.question.name).filter((one) => !this.#looping.has(text(one)));
    const first = upstreams.length > 1 ? this.#env.random.below(upstreams.length) : 0;
    for (let attempt = 0; attempt < maxForwardTries && upstreams.length > 0; attempt += 1) {
      const upstream = upstreams[(first + attempt) % upstreams.length] as SocketAddress;
      const begun = this.#env.clock.monotonic();
      const response = await this.#askOne(upstream, query.questionBytes, signal);
      if (response === undefined) continue;
      this.#metrics.duration.observe((this.#env.clock.monotonic() - begun) / 1000, text(upstream));
      this.#cache.put(key, response.prepared, response.ttlSeconds);
      this.#metrics.entries.set(this.#cache.size);
      return { prepared: response.prepared, ageSeconds: 0 };
    }
    return failed(query);
  }

  #upstreamsOf(name: string): readonly SocketAddress[] {
    let longest = "";
    let found = this.#options.upstreams;
    for (const [domain, upstreams] of Object.entries(this.#options.stubDomains ?? {})) {
      if (!isWithin(name, domain) || domain.length < longest.length) continue;
      longest = domain;
      found = upstreams;
    }
    return found;
  }

  /** One try at one upstream; undefined without an answer in time. */
  async #askOne(to: SocketAddress, question: Uint8Array, signal: AbortSignal): Promise<Response | undefined> {
    const timeout = new AbortController();
    const timer = this.#env.clock.timer(forwardTimeoutMs, () => timeout.abort());
    const stop = AbortSignal.any([signal, timeout.signal]);
    try {
      const response = await this.#byUdp(to, question, stop);
      return response.truncated ? await this.#byTcp(to, question, stop) : response;
    } catch (error) {
      signal.throwIfAborted();
      if (!timeout.signal.aborted && isAbort(error)) throw error;
      return undefined;
    } finally {
      timer.cancel();
    }
  }

  async #byUdp(to: SocketAddress, question: Uint8Array, signal: AbortSignal): Promise<Response> {
    const id = this.#randomId();
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const local = { address: to.address.includes(":") ? "::" : "0.0.0.0", port: 0 };
    const receive = (data: Uint8Array, from: SocketAddress): void => {
      if (from.address !== to.address || from.port !== to.port) return;
      const response = matching(data, id, question);
      if (response !== undefined) resolve(response);
    };
    const unsent = () => reject(new SocketError("failed", `Cannot send to ${text(to)}`));
    const socket = await this.#datagrams.bind(local, receive, unsent);
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      signal.throwIfAborted();
      socket.send(encodeQuery(id, question), to);
      return await promise;
    } finally {
      signal.removeEventListener("abort", abort);
      socket.close();
    }
  }

  async #byTcp(to: SocketAddress, question: Uint8Array, signal: AbortSignal): Promise<Response | undefined> {
    const id = this.#randomId();
    const stream = await this.#streams.connect(to, signal);
    const abort = () => stream.close();
    signal.addEventListener("abort", abort, { once: true });
    try {
      await stream.write(frame(encodeQuery(id, question)));
      const reader = new FrameReader();
      for await (const chunk of stream.chunks) {
        for (const message of reader.push(chunk)) {
          const response = matching(message, id, question);
          if (response !== undefined) return response;
        }
      }
      return undefined;
    } finally {
      signal.removeEventListener("abort", abort);
      stream.close();
    }
  }

  #randomId(): number {
    const [high = 0, low = 0] = this.#env.crypto.randomBytes(2);
    return (high << 8) | low;
  }
}

/** The response, if it is one to our question: anybody can send us datagrams. */
function matching(data: Uint8Array, id: number, question: Uint8Array): Response | undefined {
  const response = decodeResponse(data);
  if (response === undefined || response.id !== id) return undefined;
  return Buffer.compare(response.questionBytes, question) === 0 ? response : undefined;
}

function failed({ question }: Query): ForwardedAnswer {
  const prepared: PreparedAnswer = prepareAnswer(question.name, bare("SERVFAIL"));
  return { prepared, ageSeconds: 0 };
}

function text({ address, port }: SocketAddress): string {
  return `${address}:${port}`;
}
