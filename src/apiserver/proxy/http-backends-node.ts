/** Backends over sockets. Certificates of pods and nodes are not checked, as in upstream: they make their own. */
import { Duplex } from "node:stream";
import { connect } from "node:tls";
import type { ByteChannel, ExchangeAnswer, ExchangeRequest } from "#base/streams";
import { httpExchange } from "../nodes/http-exchange-node.ts";
import type { Backend, BackendAccess } from "./backends.ts";

/** Opens a connection for each request. */
export class HttpBackends implements BackendAccess {
  send(
    { scheme, address: host, port, channel }: Backend,
    request: ExchangeRequest,
    signal: AbortSignal,
  ): Promise<ExchangeAnswer> {
    if (channel === undefined)
      return httpExchange({ scheme, host, port, rejectUnauthorized: false }, request, signal);
    const socket = duplexOf(channel);
    const createConnection = (): Duplex =>
      scheme === "http" ? socket : connect({ socket, rejectUnauthorized: false });
    return httpExchange({ scheme, host, port, createConnection }, request, signal);
  }
}

/** A channel as the HTTP client wants it. */
function duplexOf(channel: ByteChannel): Duplex {
  const input = channel.input[Symbol.asyncIterator]();
  return new Duplex({
    read() {
      input.next().then(
        ({ done, value }) => void this.push(done === true ? null : value),
        (error: unknown) => void this.destroy(error as Error),
      );
    },
    write(chunk: Uint8Array, _encoding, done) {
      channel.write(chunk).then(
        () => done(),
        (error: unknown) => done(error as Error),
      );
    },
    final(done) {
      channel.end();
      done();
    },
    destroy(error, done) {
      channel.destroy();
      done(error);
    },
  });
}
