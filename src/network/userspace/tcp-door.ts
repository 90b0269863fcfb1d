/**
 * One listening TCP port of a service. Each connection gets an endpoint and keeps it to its end, also when the endpoint
 * leaves the service: one that is gone breaks it. A client for whom there is none is reset.
 */
import { messageOf } from "#base";
import { type ByteChannel, joinChannels } from "#base/streams";
import type { Bound, SocketAddress } from "../dns/sockets.ts";
import type { Backend } from "../proxy/backends.ts";
import type { Channels, Dialer } from "./channels.ts";
import type { Door } from "./doors.ts";
import { dialTimeoutMs, maxConnections } from "./limits.ts";
import type { Traffic } from "./traffic.ts";

/** Listens until `close`; connections outlive that. */
export class TcpDoor {
  readonly #traffic: Traffic;
  readonly #dialer: Dialer;
  #door: Door;
  #bound: Bound | undefined;

  constructor(traffic: Traffic, dialer: Dialer, door: Door) {
    this.#traffic = traffic;
    this.#dialer = dialer;
    this.#door = door;
  }

  /** Rejects with `SocketError`. */
  async open({ channels }: { readonly channels: Channels }): Promise<void> {
    this.#bound = await channels.listen(this.#door.at, (channel, from) => this.#accept(channel, from));
  }

  /** Who comes from now on finds these endpoints. */
  change(door: Door): void {
    this.#door = door;
  }

  close(): void {
    this.#bound?.close();
  }

  #accept(channel: ByteChannel, from: SocketAddress): void {
    if (!this.#traffic.enter("tcp", maxConnections)) return channel.destroy();
    this.#traffic.tasks.spawn("connection", async (signal) => {
      const stop = (): void => channel.destroy();
      signal.addEventListener("abort", stop, { once: true });
      try {
        await this.#serve(channel, from.address, signal);
      } finally {
        signal.removeEventListener("abort", stop);
        this.#traffic.leave("tcp");
      }
    });
  }

  async #serve(channel: ByteChannel, client: string, signal: AbortSignal): Promise<void> {
    const door = this.#door;
    for (const backend of this.#traffic.endpoints(door, client)) {
      const peer = await this.#dial(backend, signal);
      if (peer === undefined) continue;
      this.#traffic.chose(door, client, backend);
      const stop = (): void => peer.destroy();
      signal.addEventListener("abort", stop, { once: true });
      if (signal.aborted) stop();
      await joinChannels(channel, peer);
      signal.removeEventListener("abort", stop);
      return;
    }
    channel.destroy();
  }

  /** Undefined when the endpoint takes no connection. */
  async #dial(backend: Backend, signal: AbortSignal): Promise<ByteChannel | undefined> {
    const late = new AbortController();
    const timer = this.#traffic.env.clock.timer(dialTimeoutMs, () =>
      late.abort(new Error("it does not answer")),
    );
    try {
      return await this.#dialer.dial(backend, AbortSignal.any([signal, late.signal]));
    } catch (error) {
      const { address, port } = backend;
      this.#traffic.metrics.refused.inc(1, "endpoint");
      this.#traffic.env.log.debug("An endpoint took no connection", {
        address,
        port,
        error: messageOf(error),
      });
      return undefined;
    } finally {
      timer.cancel();
    }
  }
}
