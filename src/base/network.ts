/**
 * The network as components see it: connections that carry plain JSON data, in order, each message once or
 * never. A connection that breaks says so on both ends, sooner or later; what was sent shortly before may
 * be lost. Twins: TCP (`base/real`) and a simulated network with delays, partitions and cuts (`base/sim`);
 * both pass `network.contract.ts`.
 */
import { CodedError } from "./errors.ts";

/** One host's way to others. */
export interface Network {
  /**
   * Accepts connections at `"host:port"` (port 0 picks one) until the listener is closed. Rejects with
   * `addressInUse`.
   */
  listen(address: string, accept: (connection: Connection) => void, signal: AbortSignal): Promise<Listener>;
  /** Rejects with `refused` (nobody listens), `unreachable` (no answer), or the signal's reason. */
  connect(address: string, signal: AbortSignal): Promise<Connection>;
}

/** An address that accepts connections. */
export interface Listener {
  /** Where it listens, with the true port. */
  readonly address: string;
  /** Accepts no more; connections already made stay. Idempotent. */
  close(): void;
}

/** One end of a link between two. */
export interface Connection {
  /** The other end's address; for the accepting side, its port means nothing. */
  readonly remoteAddress: string;
  /**
   * What the other end sent, for one reader. Ends when the other end, or this one, closes; throws `broken`
   * when the link breaks. An unread connection holds the sender back.
   */
  readonly messages: AsyncIterable<unknown>;
  /**
   * Resolves when there is room for more; rejects with `broken` after the link broke or either end closed.
   */
  send(message: unknown): Promise<void>;
  /** Closes both directions; what was sent before still arrives. Idempotent. */
  close(): void;
}

export type NetworkErrorCode = "addressInUse" | "refused" | "unreachable" | "broken" | "tooLarge";

/** Rejections of a network. `tooLarge`: a message beyond `maxMessageBytes`. */
export class NetworkError extends CodedError<NetworkErrorCode> {}
