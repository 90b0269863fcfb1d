/**
 * TCP as the userspace proxy sees it: connections of which each half is closed on its own, and which break with a reset.
 * Twins: the operating system's (`channels-node.ts`) and one in virtual time (`sim-channels.ts`); both pass
 * `channels.contract.ts`.
 */
import type { ByteChannel } from "#base/streams";
import type { Bound, SocketAddress } from "../dns/sockets.ts";
import type { Backend } from "../proxy/backends.ts";

export interface Channels {
  /** Rejects with `SocketError`: `addressInUse`, or `failed` where the machine has no such address or forbids it. */
  listen(at: SocketAddress, accept: (channel: ByteChannel, from: SocketAddress) => void): Promise<Bound>;
  /** Rejects with `SocketError` `failed`, or the signal's reason. */
  dial(to: SocketAddress, signal: AbortSignal): Promise<ByteChannel>;
}

/** The way to endpoints. */
export interface Dialer {
  /** A connection to an endpoint. Rejects when there is none to be had, and says why. */
  dial(backend: Backend, signal: AbortSignal): Promise<ByteChannel>;
  /** Where datagrams reach it; undefined: nowhere. */
  datagramAddress(backend: Backend): SocketAddress | undefined;
}
