/**
 * One simulated connection: two ends, two directions, each an ordered stream of texts.
 *
 *   end 0 --send--> [in flight] --delay--> [held by a partition] --> messages of end 1
 *
 * A close travels in order behind what was sent; a break overtakes and loses it.
 */
import { maxUnreadMessages } from "../limits.ts";
import { MessageQueue } from "../message-queue.ts";
import { type Connection, NetworkError } from "../network.ts";
import type { SimKernel } from "./kernel.ts";
import type { SimScope } from "./scope.ts";

/** What a link needs of the network that made it. */
export interface SimLinkParts {
  readonly kernel: SimKernel;
  /** Unique in the world; labels its events. */
  readonly name: string;
  /** Who connected, and who accepted. */
  readonly ends: readonly [SimScope, SimScope];
  readonly addresses: readonly [string, string];
  delayMs(): number;
  partitioned(): boolean;
  ended(): void;
}

/** A text under way, or the end of the stream. */
type Item = string | undefined;
type EndIndex = 0 | 1;

/** Both ends of a connection, and its faults. */
export class SimLink {
  readonly name: string;
  readonly connections: readonly [Connection, Connection];
  readonly #parts: SimLinkParts;
  readonly #ends: readonly [LinkEnd, LinkEnd];
  #broken = false;
  #breakOnRelease = false;

  constructor(parts: SimLinkParts) {
    this.#parts = parts;
    this.name = parts.name;
    this.#ends = [this.#makeEnd(0), this.#makeEnd(1)];
    this.connections = this.#ends;
  }

  /** Whether `host` is at one of the ends. */
  touches(host: string): boolean {
    return this.#parts.ends.some((end) => end.host.name === host);
  }

  /** Whether the ends are on these two hosts, in either order. */
  joins(host: string, other: string): boolean {
    return this.touches(host) && this.touches(other) && (host !== other || this.#isLocal());
  }

  /** Delivers what a partition held back, when it is over. */
  release(): void {
    if (this.#parts.partitioned()) return;
    if (this.#breakOnRelease) return this.break();
    for (const end of this.#ends) end.flushSoon();
  }

  /** One end has crashed: the other hears of it when it can. */
  died(scope: SimScope): void {
    if (!this.#parts.ends.includes(scope)) return;
    if (this.#parts.partitioned()) this.#breakOnRelease = true;
    else this.break();
  }

  /** Loses what is under way and tells both ends, each after a delay. */
  break(): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#parts.ended();
    for (const end of this.#ends) end.breakSoon();
  }

  #isLocal(): boolean {
    return this.#parts.ends[0].host === this.#parts.ends[1].host;
  }

  #makeEnd(index: EndIndex): LinkEnd {
    return new LinkEnd(this.#parts, index, {
      broken: () => this.#broken,
      peer: () => this.#ends[index === 0 ? 1 : 0],
    });
  }
}

interface LinkState {
  broken(): boolean;
  peer(): LinkEnd;
}

class LinkEnd implements Connection {
  readonly remoteAddress: string;
  readonly messages: MessageQueue<unknown>;
  readonly #parts: SimLinkParts;
  readonly #scope: SimScope;
  readonly #label: string;
  readonly #link: LinkState;
  #held: Item[] = [];
  #lastArrivalMs = 0;
  #unread = 0;
  #closed = false;
  #room: PromiseWithResolvers<void> | undefined;

  constructor(parts: SimLinkParts, index: EndIndex, link: LinkState) {
    this.#parts = parts;
    this.#scope = parts.ends[index];
    this.#link = link;
    this.#label = `message ${parts.name} ${index}`;
    this.remoteAddress = parts.addresses[index === 0 ? 1 : 0];
    this.messages = new MessageQueue<unknown>(
      () => link.peer().#read(),
      () => this.close(),
    );
  }

  send(message: unknown): Promise<void> {
    if (!this.#scope.alive) return new Promise(() => {});
    if (this.#closed) return Promise.reject(this.#error());
    this.#dispatch(JSON.stringify(message));
    this.#unread++;
    if (this.#unread < maxUnreadMessages) return Promise.resolve();
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  close(): void {
    if (this.#closed || !this.#scope.alive) return;
    this.#dispatch(undefined);
    this.messages.discard();
    this.#shut();
  }

  flushSoon(): void {
    if (this.#held.length === 0) return;
    this.#parts.kernel.schedule(this.#parts.delayMs(), this.#label, () => {
      if (!this.#parts.partitioned()) for (const item of this.#held.splice(0)) this.#deliver(item);
    });
  }

  breakSoon(): void {
    if (!this.#scope.alive) return;
    this.#parts.kernel.schedule(
      this.#parts.delayMs(),
      `${this.#label} broken`,
      () => {
        this.messages.fail(this.#error());
        this.#shut();
      },
      this.#scope,
    );
  }

  #dispatch(item: Item): void {
    const { kernel } = this.#parts;
    kernel.digest.text(item ?? "(end)");
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, kernel.nowMs + this.#parts.delayMs());
    kernel.schedule(this.#lastArrivalMs - kernel.nowMs, this.#label, () => {
      if (this.#held.length > 0 || this.#parts.partitioned()) this.#held.push(item);
      else this.#deliver(item);
    });
  }

  #deliver(item: Item): void {
    const peer = this.#link.peer();
    if (this.#link.broken() || !peer.#scope.alive) return;
    if (item !== undefined) {
      if (peer.#closed) this.#read();
      else peer.messages.push(JSON.parse(item));
      return;
    }
    peer.messages.end();
    peer.#shut();
    this.#parts.ended();
  }

  /** The peer took one message. */
  #read(): void {
    this.#unread--;
    if (this.#unread >= maxUnreadMessages) return;
    this.#room?.resolve();
    this.#room = undefined;
  }

  #shut(): void {
    this.#closed = true;
    this.#room?.reject(this.#error());
    this.#room = undefined;
  }

  #error(): NetworkError {
    return new NetworkError("broken", `Connection to ${this.remoteAddress} is closed or broken`);
  }
}
