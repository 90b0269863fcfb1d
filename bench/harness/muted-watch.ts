/**
 * Watchers that cost next to nothing: each speaks TLS until its watch is granted, and from then on counts what arrives
 * on the wire without deciphering it. A reader that deciphers takes longer for an event than the server does. They live
 * in a process of their own: what they read must not make the writer beside them wait.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect as connectTcp, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { Target } from "./lean-connection.ts";

const QUIET_MS = 100;
const AT_ONCE = 20;
const LARGEST_WINDOW = 2 ** 31 - 1;

/** What came since the last `clear`, by watch; when the last of it came (since the epoch), and how long after its request. */
export interface Received {
  readonly bytes: readonly number[];
  readonly lastMs: number;
  readonly tookMs: number;
}

interface Order {
  readonly target: Target;
  readonly request: string;
  readonly count: number;
  readonly protocol: Protocol;
}

type Protocol = "h2" | "http/1.1";

/** Watches of another process. */
export class MutedWatches implements Disposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Resolves when the first bytes of each answer to `request` are there. */
  static async open(
    target: Target,
    request: Buffer,
    count: number,
    protocol: Protocol = "http/1.1",
  ): Promise<MutedWatches> {
    const child = fork(import.meta.filename);
    const order: Order = { target, request: request.toString("latin1"), count, protocol };
    child.send(order);
    await once(child, "message");
    return new MutedWatches(child);
  }

  /** Counts from here. */
  async clear(): Promise<void> {
    await this.#ask("clear");
  }

  /** What came, once nothing has come for a moment. */
  async settled(): Promise<Received> {
    return await this.#ask("settled");
  }

  [Symbol.dispose](): void {
    this.#child.disconnect();
  }

  async #ask(what: "clear" | "settled"): Promise<Received> {
    this.#child.send(what);
    const [received] = (await once(this.#child, "message")) as [Received];
    return received;
  }
}

/** The same in every process. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Shared by all watches of the process, which look at nothing in it. */
const discarded = Buffer.allocUnsafeSlow(1 << 20);

class MutedWatch {
  readonly #tcp: Socket;
  /** Bytes since it was muted or cleared. */
  bytes = 0;
  sentMs = 0;
  lastMs = 0;
  #through: Duplex | undefined;

  private constructor(host: string, port: number) {
    const onread = {
      buffer: discarded,
      callback: (size: number, buffer: Uint8Array): boolean => {
        this.#received(buffer.subarray(0, size));
        return true;
      },
    };
    this.#tcp = connectTcp({ host, port, onread });
    this.#tcp.setNoDelay(true);
  }

  static async open({ target, request, protocol }: Order): Promise<MutedWatch> {
    const { host, port, ca } = target;
    const watch = new MutedWatch(host, port);
    const tcp = watch.#tcp;
    await once(tcp, "connect");
    const through = new Duplex({
      read: () => {},
      write: (chunk: Buffer, _encoding, done) => void tcp.write(chunk, () => done()),
    });
    watch.#through = through;
    const socket = connectTls({ socket: through, host, ca, ALPNProtocols: [protocol] });
    await once(socket, "secureConnect");
    watch.sentMs = nowMs();
    if (protocol === "h2") await askOverHttp2(socket, request);
    else {
      socket.write(request, "latin1");
      await once(socket, "data");
    }
    watch.#through = undefined;
    return watch;
  }

  #received(bytes: Uint8Array): void {
    if (this.#through !== undefined) return void this.#through.push(Buffer.from(bytes));
    this.bytes += bytes.length;
    this.lastMs = nowMs();
  }
}

/** With a window that no watch fills, since nobody widens it once the connection is muted. */
async function askOverHttp2(socket: TLSSocket, request: string): Promise<void> {
  const session = connectHttp2("https://muted", {
    createConnection: () => socket,
    settings: { initialWindowSize: LARGEST_WINDOW },
  });
  await once(session, "remoteSettings");
  session.setLocalWindowSize(LARGEST_WINDOW);
  const [first = "", ...lines] = request.trimEnd().split("\r\n");
  const headers = Object.fromEntries(lines.map((line) => line.split(": ") as [string, string]));
  delete headers["host"];
  const stream = session.request({ ...headers, ":path": first.split(" ")[1] });
  await once(stream, "response");
}

/** The process of the watches: opens them by its first message, then answers `clear` and `settled`. */
function serveParent(): void {
  const watches: MutedWatch[] = [];
  const received = (): Received => ({
    bytes: watches.map(({ bytes }) => bytes),
    lastMs: Math.max(...watches.map(({ lastMs }) => lastMs)),
    tookMs: Math.max(...watches.map(({ lastMs, sentMs }) => lastMs - sentMs)),
  });
  const open = async (order: Order): Promise<void> => {
    const { count } = order;
    while (watches.length < count) {
      const some = Math.min(AT_ONCE, count - watches.length);
      watches.push(...(await Promise.all(Array.from({ length: some }, () => MutedWatch.open(order)))));
    }
  };
  const settle = async (): Promise<void> => {
    let before = -1;
    for (let now = sum(watches); now !== before; now = sum(watches)) {
      before = now;
      await sleep(QUIET_MS);
    }
  };
  const heard = async (message: Order | "clear" | "settled"): Promise<void> => {
    if (message === "clear") for (const watch of watches) watch.bytes = 0;
    else if (message === "settled") await settle();
    else await open(message);
    process.send?.(received());
  };
  process.on("message", (message: Order | "clear" | "settled") => void heard(message));
  process.on("disconnect", () => process.exit());
}

function sum(watches: readonly MutedWatch[]): number {
  return watches.reduce((total, { bytes }) => total + bytes, 0);
}

if (import.meta.main) serveParent();
