/**
 * The network as the DNS server sees it. Twins: the operating system's (`sockets-node.ts`) and one in virtual time
 * (`sim-sockets.ts`); both pass `sockets.contract.ts`.
 */
import { CodedError } from "#base";

/** An address and port. Port 0 asks for a free one. */
export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

/** Something that listens until closed. */
export interface Bound {
  /** With the true port. */
  readonly at: SocketAddress;
  /** Idempotent. */
  close(): void;
}

/** UDP: messages that arrive once, or never, or changed order. */
export interface DatagramSocket extends Bound {
  send(data: Uint8Array, to: SocketAddress): void;
}

export interface Datagrams {
  /**
   * Rejects with `addressInUse` or `failed`. `receive` must not throw; `unsent` hears of messages that did not even
   * leave.
   */
  bind(
    at: SocketAddress,
    receive: (data: Uint8Array, from: SocketAddress) => void,
    unsent?: () => void,
  ): Promise<DatagramSocket>;
}

/** TCP: bytes in order. */
export interface ByteStream {
  /** For one reader; ends when either end closes or the link breaks. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Resolves when there is room for more; harmless after the end. */
  write(data: Uint8Array): Promise<void>;
  /** Idempotent. */
  close(): void;
}

export interface Streams {
  listen(at: SocketAddress, accept: (stream: ByteStream, from: SocketAddress) => void): Promise<Bound>;
  /** Rejects with `failed`, or the signal's reason. */
  connect(to: SocketAddress, signal: AbortSignal): Promise<ByteStream>;
}

export type SocketErrorCode = "addressInUse" | "failed";

export class SocketError extends CodedError<SocketErrorCode> {}
