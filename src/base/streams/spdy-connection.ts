/**
 * SPDY/3.1 between two ends: many streams over one channel, each half closed on its own. A reader that falls behind
 * holds back its stream's window; a peer that keeps no windows (the Go library that kubectl and containerd use sends no
 * WINDOW_UPDATE and heeds none) is held back by the connection itself, and gets no less than it is given.
 */
import { type ByteChannel, BytePipe } from "./byte-channel.ts";
import { ByteReader } from "./byte-reader.ts";
import { StreamError } from "./errors.ts";
import { frameBytes, maxSpdyStreams, spdyWindowBytes } from "./limits.ts";
import {
  dataFrame,
  goaway,
  ping,
  rstStream,
  type SpdyFrame,
  SpdyCodec,
  type SpdyHeaders,
  windowUpdate,
} from "./spdy-frames.ts";

const status = { protocolError: 1, refused: 3, cancel: 5 };

/** One stream; `end` is a half-close, `destroy` a reset. */
export interface SpdyStream extends ByteChannel {
  readonly id: number;
  /** What it was opened with; names in lower case. */
  readonly headers: SpdyHeaders;
}

/** One end of a connection. `run` reads it; nothing moves without. */
export class SpdyConnection {
  readonly #channel: ByteChannel;
  readonly #codec = new SpdyCodec();
  readonly #streams = new Map<number, Stream>();
  readonly #onStream: (stream: SpdyStream) => void;
  /**
   * Runtimes' streaming servers heed no WINDOW_UPDATE, and one that they have not read when they close the connection
   * makes the kernel throw away what we have not read of theirs.
   */
  readonly #keepsWindows: boolean;
  #nextId: number;
  #lastPeerId = 0;
  #closed = false;
  /** Undefined: the peer has not shown that it keeps windows. */
  #peerWindow: number | undefined;

  /** `onStream` is called with each stream that the peer opens; a client's servers open none. */
  constructor(
    channel: ByteChannel,
    role: "client" | "server",
    onStream: (stream: SpdyStream) => void = () => {},
  ) {
    this.#channel = channel;
    this.#nextId = role === "client" ? 1 : 2;
    this.#keepsWindows = role === "server";
    this.#onStream = onStream;
  }

  /** Resolves when the peer has closed the connection; rejects when it breaks. */
  async run(): Promise<void> {
    const reader = new ByteReader(this.#channel.input);
    try {
      for (
        let frame = await this.#codec.read(reader);
        frame !== undefined;
        frame = await this.#codec.read(reader)
      ) {
        await this.#take(frame);
      }
    } finally {
      this.#closed = true;
      for (const stream of this.#streams.values()) stream.broken();
      this.#streams.clear();
      await reader.leave();
    }
  }

  /** Opens a stream; resolves when the peer has accepted it. */
  async open(headers: SpdyHeaders): Promise<SpdyStream> {
    const id = this.#nextId;
    this.#nextId += 2;
    const stream = this.#add(id, headers);
    await this.#send(this.#codec.synStream(id, headers));
    await stream.accepted;
    return stream;
  }

  /** Says goodbye and sends no more. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // A peer that has gone needs no goodbye.
    await this.#channel.write(goaway(this.#lastPeerId)).catch(() => undefined);
    this.#channel.end();
  }

  #add(id: number, headers: SpdyHeaders): Stream {
    const stream = new Stream(id, headers, {
      send: (bytes) => this.#send(bytes),
      window: () => this.#peerWindow,
      taken: (size) => (this.#keepsWindows ? this.#send(windowUpdate(id, size)) : Promise.resolve()),
      done: () => this.#streams.delete(id),
    });
    this.#streams.set(id, stream);
    return stream;
  }

  async #send(bytes: Buffer): Promise<void> {
    if (this.#closed) throw new StreamError("closed", "Cannot write: the connection is closed");
    await this.#channel.write(bytes);
  }

  async #take(frame: SpdyFrame): Promise<void> {
    switch (frame.type) {
      case "data":
        return this.#streams.get(frame.id)?.received(frame.data, frame.fin);
      case "syn-stream":
        return this.#opened(frame.id, frame.headers, frame.fin);
      case "syn-reply":
      case "headers": {
        const stream = this.#streams.get(frame.id);
        stream?.accept();
        return stream?.received(undefined, frame.fin);
      }
      case "rst-stream":
        this.#streams.get(frame.id)?.wasReset();
        return;
      case "window-update":
        this.#peerWindow ??= spdyWindowBytes;
        this.#streams.get(frame.id)?.mayWrite(frame.delta);
        return;
      case "settings":
        if (frame.window !== undefined) this.#peerWindow = frame.window;
        return;
      case "ping":
        // One's own pings come back; we send none.
        if (frame.id % 2 !== this.#nextId % 2) await this.#send(ping(frame.id));
        return;
      case "goaway":
      case "other":
        return;
    }
  }

  async #opened(id: number, headers: SpdyHeaders, fin: boolean): Promise<void> {
    if (id % 2 === this.#nextId % 2 || id <= this.#lastPeerId) {
      return this.#send(rstStream(id, status.protocolError));
    }
    this.#lastPeerId = id;
    if (this.#streams.size >= maxSpdyStreams) return this.#send(rstStream(id, status.refused));
    const stream = this.#add(id, headers);
    await this.#send(this.#codec.synReply(id, {}));
    await stream.received(undefined, fin);
    this.#onStream(stream);
  }
}

interface Link {
  send(bytes: Buffer): Promise<void>;
  window(): number | undefined;
  /** The reader has taken bytes. */
  taken(size: number): Promise<void>;
  done(): void;
}

class Stream implements SpdyStream {
  readonly id: number;
  readonly headers: SpdyHeaders;
  readonly #link: Link;
  readonly #accepted = Promise.withResolvers<void>();
  readonly #input: BytePipe;
  #sentBytes = 0;
  #allowedBytes = 0;
  #mayWrite: (() => void)[] = [];
  #isEnded = false;
  #isPeerEnded = false;
  #isBroken = false;

  constructor(id: number, headers: SpdyHeaders, link: Link) {
    this.id = id;
    this.headers = headers;
    this.#link = link;
    this.#accepted.promise.catch(() => undefined);
    this.#input = new BytePipe(undefined, (size) => this.#taken(size));
  }

  get accepted(): Promise<void> {
    return this.#accepted.promise;
  }

  get input(): AsyncIterable<Uint8Array> {
    return this.#input;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      if (this.#isEnded || this.#isBroken)
        throw new StreamError("closed", "Cannot write: the stream is closed");
      const room = this.#room();
      if (room <= 0) {
        await new Promise<void>((resolve) => this.#mayWrite.push(resolve));
        continue;
      }
      const piece = bytes.subarray(at, at + Math.min(room, frameBytes));
      this.#sentBytes += piece.length;
      at += piece.length;
      await this.#link.send(dataFrame(this.id, piece, false));
    }
  }

  end(): void {
    if (this.#isEnded || this.#isBroken) return;
    this.#isEnded = true;
    unawaited(this.#link.send(dataFrame(this.id, new Uint8Array(), true)));
    this.#forgetWhenDone();
  }

  destroy(): void {
    if (this.#isBroken) return;
    if (!this.#isEnded || !this.#isPeerEnded) unawaited(this.#link.send(rstStream(this.id, status.cancel)));
    this.#input.destroy();
    this.#close();
  }

  accept(): void {
    this.#accepted.resolve();
  }

  /** Waits for room; what nobody reads any more is dropped. */
  async received(data: Uint8Array | undefined, fin: boolean): Promise<void> {
    // The reader has left: the peer learns it from a reset or from the end.
    if (data !== undefined) await this.#input.write(data).catch(() => undefined);
    if (!fin) return;
    this.#isPeerEnded = true;
    this.#input.end();
    this.#forgetWhenDone();
  }

  /** Go's peers close their streams by resetting them, so what came before is whole, and ends here. */
  wasReset(): void {
    this.#input.end();
    this.#close();
  }

  /** What the peer has ended is whole, also when its reader comes later than the connection's end. */
  broken(): void {
    if (!this.#isPeerEnded) this.#input.destroy();
    this.#close();
  }

  #close(): void {
    this.#isBroken = true;
    this.#accepted.reject(new StreamError("closed", "Cannot open a stream: the peer refused it"));
    this.#wakeWriters();
    this.#link.done();
  }

  mayWrite(delta: number): void {
    this.#allowedBytes += delta;
    this.#wakeWriters();
  }

  #room(): number {
    const window = this.#link.window();
    return window === undefined ? frameBytes : window + this.#allowedBytes - this.#sentBytes;
  }

  #taken(size: number): void {
    if (!this.#isBroken && !this.#isPeerEnded) unawaited(this.#link.taken(size));
  }

  #wakeWriters(): void {
    for (const wake of this.#mayWrite.splice(0)) wake();
  }

  #forgetWhenDone(): void {
    if (this.#isEnded && this.#isPeerEnded) this.#link.done();
  }
}

/** Sends what nobody waits for: if the connection broke, its reader says so. */
function unawaited(sending: Promise<void>): void {
  sending.catch(() => undefined);
}
