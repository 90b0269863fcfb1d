/** Calls to etcd over gRPC: errors as `StoreError`, watches as callbacks. */
import {
  Client,
  credentials,
  type ChannelCredentials,
  Metadata,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { StoreError } from "../errors.ts";
import {
  compactRequest,
  compactResponse,
  leaseGrantRequest,
  leaseGrantResponse,
  rangeRequest,
  rangeResponse,
  txnRequest,
  txnResponse,
  watchRequest,
  watchResponse,
} from "./messages.ts";
import { type Decoded, decode, encode, type Given, type Message } from "#base/rpc";

/** Where etcd is. */
export interface EtcdAddress {
  /** `"127.0.0.1:2379"`; the first that answers is used. */
  readonly endpoints: readonly string[];
  /** How long a call may take. Default 10,000. */
  readonly callTimeoutMs?: number;
  /** PEM; without it the connection is not encrypted. */
  readonly tls?: { readonly ca: string; readonly certificate: string; readonly key: string };
}

export type WatchResponse = Decoded<typeof watchResponse>;

/** Who hears of a watch. */
export interface WatchHandlers {
  response(response: WatchResponse): void;
  /** Called once, when the stream is over for whatever reason but `close`. */
  ended(error: StoreError): void;
}

const defaultCallTimeoutMs = 10_000;

/** One connection; calls reject with `StoreError` `unavailable` or `compacted` when the time is up. */
export class EtcdClient {
  readonly #client: Client;
  readonly #callTimeoutMs: number;

  constructor(address: EtcdAddress) {
    this.#callTimeoutMs = address.callTimeoutMs ?? defaultCallTimeoutMs;
    const target =
      address.endpoints.length === 1
        ? (address.endpoints[0] as string)
        : `ipv4:${address.endpoints.join(",")}`;
    this.#client = new Client(target, credentialsOf(address), {
      "grpc.max_receive_message_length": -1,
      "grpc.max_send_message_length": -1,
      "grpc.keepalive_time_ms": 10_000,
      "grpc.keepalive_timeout_ms": 5_000,
      "grpc.max_reconnect_backoff_ms": 2_000,
    });
  }

  range(request: Given<typeof rangeRequest>): Promise<Decoded<typeof rangeResponse>> {
    return this.#call("KV/Range", rangeRequest, rangeResponse, request);
  }

  txn(request: Given<typeof txnRequest>): Promise<Decoded<typeof txnResponse>> {
    return this.#call("KV/Txn", txnRequest, txnResponse, request);
  }

  async compact(revision: number): Promise<void> {
    try {
      await this.#call("KV/Compact", compactRequest, compactResponse, { revision });
    } catch (error) {
      // Somebody compacted further already, which is as good.
      if (!(error instanceof StoreError) || error.code !== "compacted") throw error;
    }
  }

  async grantLease(seconds: number): Promise<bigint> {
    return (await this.#call("Lease/LeaseGrant", leaseGrantRequest, leaseGrantResponse, { seconds })).id;
  }

  /** Follows changes of `[key, rangeEnd)` from a revision on. The result ends it. */
  watch(key: Uint8Array, rangeEnd: Uint8Array, startRevision: number, handlers: WatchHandlers): () => void {
    const stream = this.#client.makeBidiStreamRequest(
      "/etcdserverpb.Watch/Watch",
      (request: Given<typeof watchRequest>) => encode(watchRequest, request),
      (bytes: Buffer) => decode(watchResponse, bytes),
      requireLeader(),
    );
    let over = false;
    const end = (error: StoreError) => {
      if (over) return;
      over = true;
      stream.cancel();
      handlers.ended(error);
    };
    stream.on("data", (response: WatchResponse) => {
      if (!over) handlers.response(response);
    });
    stream.on("error", (error: ServiceError) => end(asStoreError("Watch", error)));
    stream.on("end", () => end(new StoreError("unavailable", "etcd ended the watch")));
    stream.write({ create: { key, rangeEnd, startRevision } });
    return () => {
      over = true;
      stream.cancel();
    };
  }

  /** Resolves when a member answers; rejects with `unavailable` when none does in the time of a call. */
  async connected(): Promise<void> {
    const deadline = Date.now() + this.#callTimeoutMs;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#client.waitForReady(deadline, (error) => (error === undefined ? resolve() : reject(error)));
    await promise.catch((cause: unknown) => {
      this.close();
      throw new StoreError("unavailable", `etcd did not answer in ${this.#callTimeoutMs} ms`, { cause });
    });
  }

  close(): void {
    this.#client.close();
  }

  #call<Q extends Message, A extends Message>(
    method: string,
    request: Q,
    response: A,
    value: Given<Q>,
  ): Promise<Decoded<A>> {
    const { promise, resolve, reject } = Promise.withResolvers<Decoded<A>>();
    this.#client.makeUnaryRequest(
      `/etcdserverpb.${method}`,
      (given: Given<Q>) => encode(request, given),
      (bytes: Buffer) => decode(response, bytes),
      value,
      requireLeader(),
      { deadline: Date.now() + this.#callTimeoutMs },
      (error, answer) => {
        if (error !== null) reject(asStoreError(method, error));
        else if (answer === undefined) reject(new StoreError("unavailable", `etcd gave ${method} no answer`));
        else resolve(answer);
      },
    );
    return promise;
  }
}

/** A member that lost its leader refuses at once, instead of staying silent. */
function requireLeader(): Metadata {
  const metadata = new Metadata();
  metadata.set("hasleader", "true");
  return metadata;
}

function credentialsOf({ tls }: EtcdAddress): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  return credentials.createSsl(Buffer.from(tls.ca), Buffer.from(tls.key), Buffer.from(tls.certificate));
}

function asStoreError(method: string, error: ServiceError): StoreError {
  const code =
    error.code === status.OUT_OF_RANGE && error.details.includes("compacted") ? "compacted" : "unavailable";
  return new StoreError(code, `etcd refused ${method}: ${error.details}`, { cause: error });
}
