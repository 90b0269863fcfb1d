/**
 * The transport of simulated machines: calls over one connection of base's network, made on first need and again after
 * it broke. A call whose connection broke fails with `unreachable`; one that found nobody listening with `not-sent`.
 */
import { type Connection, type Env, messageOf, type Network, type TaskGroup } from "#base";
import { abortable } from "./abortable.ts";
import { ClientError } from "./errors.ts";
import { linkWatchBacklog } from "./limits.ts";
import type { ClientMessage, ServerMessage } from "./link-protocol.ts";
import { refusal } from "./paths.ts";
import type { ApiRequest, ApiResponse, Transport, WatchEvent } from "./transport.ts";

/** Where the server is, and who calls. */
export interface LinkOptions {
  /** `"host:port"` of `serveLink`. */
  readonly address: string;
  readonly user: string;
}

/** Hears what the server says of one call. */
interface Listening {
  heard(message: ServerMessage): void;
  lost(error: ClientError): void;
}

interface Link {
  readonly connection: Connection;
  readonly calls: Map<number, Listening>;
  broken: boolean;
}

/** Connects on first need; dispose it to close the connection. */
export class LinkTransport implements Transport {
  readonly #env: Env;
  readonly #network: Network;
  readonly #options: LinkOptions;
  readonly #tasks: TaskGroup;
  #link: Promise<Link> | undefined;
  #nextId = 1;

  constructor(env: Env, deps: { readonly network: Network }, options: LinkOptions) {
    this.#env = env;
    this.#network = deps.network;
    this.#options = options;
    this.#tasks = env.tasks.group(`link to ${options.address}`);
  }

  async request(request: ApiRequest, signal: AbortSignal): Promise<ApiResponse> {
    return (await this.#open(request, false, signal)).answer;
  }

  async watch(request: ApiRequest, signal: AbortSignal): Promise<AsyncIterable<readonly WatchEvent[]>> {
    const { answer, granted, events } = await this.#open(request, true, signal);
    if (!granted) throw refusal(request, answer);
    return events;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const link = await this.#link?.catch(() => undefined);
    link?.connection.close();
    await this.#tasks[Symbol.asyncDispose]();
  }

  async #open(request: ApiRequest, watch: boolean, signal: AbortSignal): Promise<OpenCall> {
    signal.throwIfAborted();
    const link = await abortable(this.#connected(), signal);
    const id = this.#nextId++;
    const call = new PendingCall(signal, () => {
      link.calls.delete(id);
      if (!link.broken) this.#say(link, { type: "cancel", id });
    });
    link.calls.set(id, call);
    this.#say(link, { type: "call", id, request, watch });
    const answer = await call.answer;
    if (!answer.granted) link.calls.delete(id);
    return { ...answer, events: call.events() };
  }

  async #connected(): Promise<Link> {
    const before = await this.#link?.catch(() => undefined);
    if (before !== undefined && !before.broken) return before;
    if (this.#link !== undefined && (await this.#link.catch(() => undefined)) === before)
      this.#link = undefined;
    this.#link ??= this.#connect();
    return this.#link;
  }

  async #connect(): Promise<Link> {
    const { address, user } = this.#options;
    const connection = await this.#network.connect(address, this.#tasks.signal).catch((cause: unknown) => {
      throw new ClientError("not-sent", `Cannot connect to ${address}`, { cause });
    });
    const link: Link = { connection, calls: new Map(), broken: false };
    this.#say(link, { type: "hello", user });
    this.#tasks.spawn("read", () => this.#read(link));
    return link;
  }

  async #read(link: Link): Promise<void> {
    try {
      for await (const message of link.connection.messages as AsyncIterable<ServerMessage>) {
        link.calls.get(message.id)?.heard(message);
        if (message.type === "end" || message.type === "lost") link.calls.delete(message.id);
      }
    } catch (error) {
      this.#env.log.debug("The link broke", { error: messageOf(error) });
    }
    this.#break(link);
  }

  #say(link: Link, message: ClientMessage): void {
    link.connection.send(message).catch(() => this.#break(link));
  }

  #break(link: Link): void {
    if (link.broken) return;
    link.broken = true;
    link.connection.close();
    const error = new ClientError("unreachable", `The link to ${this.#options.address} broke`);
    for (const call of link.calls.values()) call.lost(error);
    link.calls.clear();
  }
}

interface Answered {
  readonly answer: ApiResponse;
  readonly granted: boolean;
}

interface OpenCall extends Answered {
  readonly events: AsyncIterable<readonly WatchEvent[]>;
}

/** One call's answer, then its events, which wait here for their reader up to a bound. */
class PendingCall implements Listening {
  readonly answer: Promise<Answered>;
  readonly #answered = Promise.withResolvers<Answered>();
  readonly #signal: AbortSignal;
  readonly #cancel: () => void;
  readonly #abort = () => this.#end(this.#signal.reason, true);
  readonly #batches: (readonly WatchEvent[])[] = [];
  #wake: (() => void) | undefined;
  #ended = false;
  #failure: unknown;

  constructor(signal: AbortSignal, cancel: () => void) {
    this.#signal = signal;
    this.#cancel = cancel;
    this.answer = this.#answered.promise;
    signal.addEventListener("abort", this.#abort, { once: true });
  }

  heard(message: ServerMessage): void {
    if (message.type === "answer") {
      const { status, headers, body, watch } = message;
      this.#answered.resolve({ answer: { status, headers, body }, granted: watch });
      if (!watch) this.#end(undefined, false);
    } else if (message.type === "events") {
      this.#batches.push(message.batch);
      if (this.#batches.length > linkWatchBacklog) {
        this.#end(new ClientError("unreachable", "The watch fell too far behind"), true);
      }
      this.#wake?.();
    } else if (message.type === "lost") {
      this.lost(new ClientError("unreachable", "The server went away"));
    } else {
      this.#end(undefined, false);
    }
  }

  lost(error: ClientError): void {
    this.#end(error, false);
  }

  async *events(): AsyncGenerator<readonly WatchEvent[]> {
    try {
      for (;;) {
        const batch = this.#batches.shift();
        if (batch !== undefined) yield batch;
        else if (this.#ended) break;
        else await new Promise<void>((wake) => (this.#wake = wake));
      }
    } finally {
      this.#end(undefined, !this.#ended);
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #end(failure: unknown, cancel: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#signal.removeEventListener("abort", this.#abort);
    if (failure !== undefined) this.#answered.reject(failure);
    if (cancel) this.#cancel();
    this.#wake?.();
  }
}
