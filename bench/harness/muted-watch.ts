/**
 * A watcher that costs next to nothing: it speaks TLS until its watch is granted, and from then on counts what arrives
 * on the wire without deciphering it. A reader that deciphers takes longer for an event than the server does.
 */
import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import type { Target } from "./lean-connection.ts";

/** Shared by all watches of the process, which look at nothing in it. */
const discarded = Buffer.allocUnsafeSlow(1 << 20);

export class MutedWatch implements Disposable {
  readonly #tcp: Socket;
  /** Bytes since it was muted. */
  bytes = 0;
  /** When the last of them came, by `performance.now()`. */
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

  /** Resolves when the first bytes of the answer to `request` are there. */
  static async open({ host, port, ca }: Target, request: Buffer): Promise<MutedWatch> {
    const watch = new MutedWatch(host, port);
    const tcp = watch.#tcp;
    await once(tcp, "connect");
    const through = new Duplex({
      read: () => {},
      write: (chunk: Buffer, _encoding, done) => void tcp.write(chunk, () => done()),
    });
    watch.#through = through;
    const socket = connectTls({ socket: through, host, ca, ALPNProtocols: ["http/1.1"] });
    await once(socket, "secureConnect");
    socket.write(request);
    await once(socket, "data");
    watch.#through = undefined;
    return watch;
  }

  [Symbol.dispose](): void {
    this.#tcp.destroy();
  }

  #received(bytes: Uint8Array): void {
    if (this.#through !== undefined) return void this.#through.push(Buffer.from(bytes));
    this.bytes += bytes.length;
    this.lastMs = performance.now();
  }
}
