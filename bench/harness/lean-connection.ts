/**
 * The leanest load: HTTP/1.1 on a TLS socket, one request in flight per connection, answers framed and not
 * parsed. It takes a few microseconds a request, so that what is measured is the server.
 */
import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";

/** A server and how to be let in. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** PEM. */
  readonly ca: string;
  readonly token: string;
}

export interface LeanReply {
  readonly status: number;
  readonly bytes: number;
  readonly text: () => string;
}

const headEnd = Buffer.from("\r\n\r\n");
const chunkedEnd = Buffer.from("0\r\n\r\n");

/** The bytes of a request; make once, send often. */
export function requestBytes(
  target: Target,
  method: string,
  path: string,
  body = "",
  type = "",
  accept = "application/json",
): Buffer {
  const kind = type === "" ? "application/json" : type;
  const about = body === "" ? "" : `content-type: ${kind}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
  const head = `${method} ${path} HTTP/1.1\r\nhost: ${target.host}\r\nauthorization: Bearer ${target.token}\r\n`;
  return Buffer.from(`${head}accept: ${accept}\r\n${about}\r\n${body}`);
}

export class LeanConnection implements Disposable {
  readonly #socket: TLSSocket;
  #parts: Buffer[] = [];
  #size = 0;
  #expected: number | "chunked" | undefined;
  #status = 0;
  #headLength = 0;
  #resolve: ((reply: LeanReply) => void) | undefined;
  #reject: ((error: Error) => void) | undefined;
  #onData: ((chunk: Buffer) => void) | undefined;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#received(chunk));
    socket.on("error", (error) => this.#reject?.(error));
    socket.on("close", () => this.#reject?.(new Error("The server closed the connection")));
  }

  static async open({ host, port, ca }: Target): Promise<LeanConnection> {
    const socket = connect({ host, port, ca, ALPNProtocols: ["http/1.1"] });
    await once(socket, "secureConnect");
    socket.setNoDelay(true);
    return new LeanConnection(socket);
  }

  /** Sends one request; resolves with its whole answer. */
  send(request: Buffer): Promise<LeanReply> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#socket.write(request);
    });
  }

  /**
   * Sends a watch; resolves with the first bytes, then tells of every chunk. The connection does nothing
   * else.
   */
  follow(request: Buffer, onData: (chunk: Buffer) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      this.#onData = (chunk) => {
        this.#onData = onData;
        this.#reject = undefined;
        onData(chunk);
        resolve();
      };
      this.#socket.write(request);
    });
  }

  [Symbol.dispose](): void {
    this.#reject = undefined;
    this.#socket.destroy();
  }

  #received(chunk: Buffer): void {
    if (this.#onData !== undefined) return this.#onData(chunk);
    this.#parts.push(chunk);
    this.#size += chunk.length;
    if (this.#expected === undefined && !this.#readHead()) return;
    if (!this.#isComplete()) return;
    const [parts, bytes, status, offset] = [this.#parts, this.#size, this.#status, this.#headLength];
    this.#parts = [];
    this.#size = 0;
    this.#expected = undefined;
    this.#resolve?.({ status, bytes, text: () => Buffer.concat(parts).toString("utf8", offset) });
  }

  #readHead(): boolean {
    const all = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts);
    const end = all?.indexOf(headEnd) ?? -1;
    if (all === undefined || end < 0) return false;
    const head = all.toString("latin1", 0, end);
    this.#status = Number(head.slice(9, 12));
    this.#headLength = end + headEnd.length;
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    this.#expected = length === undefined ? "chunked" : this.#headLength + Number(length);
    return true;
  }

  #isComplete(): boolean {
    if (this.#expected !== "chunked") return this.#size >= (this.#expected ?? 0);
    const last = this.#parts.at(-1) ?? Buffer.alloc(0);
    const tail = last.length >= chunkedEnd.length ? last : Buffer.concat(this.#parts.slice(-3));
    return tail.subarray(-chunkedEnd.length).equals(chunkedEnd);
  }
}

export interface LoopResult {
  readonly perSecond: number;
  readonly latenciesMs: readonly number[];
  readonly bad: number;
  readonly bytes: number;
}

/** Sends `count` requests over `connections` connections, each as soon as its last is answered. */
export async function closedLoop(
  target: Target,
  connections: number,
  count: number,
  make: (index: number) => Buffer,
): Promise<LoopResult> {
  const open = await Promise.all(
    Array.from({ length: Math.min(connections, count) }, () => LeanConnection.open(target)),
  );
  const latenciesMs: number[] = [];
  let [next, bad, bytes] = [0, 0, 0];
  const started = performance.now();
  await Promise.all(
    open.map(async (connection) => {
      while (next < count) {
        const request = make(next++);
        const sent = performance.now();
        const reply = await connection.send(request);
        latenciesMs.push(performance.now() - sent);
        bytes += reply.bytes;
        if (reply.status < 300) continue;
        if (bad++ === 0)
          console.error(`A request was refused: ${reply.status} ${reply.text().slice(0, 300)}`);
      }
    }),
  );
  const perSecond = (count / (performance.now() - started)) * 1_000;
  for (const connection of open) connection[Symbol.dispose]();
  return { perSecond, latenciesMs, bad, bytes };
}
