/** One HTTP/1.1 request over a connection of its own, with its answer as a stream, or the connection that it became. */
import * as http from "node:http";
import * as https from "node:https";
import type { Duplex } from "node:stream";
import { Readable } from "node:stream";
import { type ExchangeAnswer, type ExchangeRequest, socketChannel } from "#base/streams";

/** What a client and a server say about their connection, not about its content. */
const hopHeaders = new Set(["keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding"]);

/** Rejects when the other side cannot be reached, or breaks off before its answer. */
export function httpExchange(
  options: https.RequestOptions & { readonly scheme: "http" | "https" },
  { method, target, headers, body }: ExchangeRequest,
  signal: AbortSignal,
): Promise<ExchangeAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ExchangeAnswer>();
  const { scheme, ...others } = options;
  const open = scheme === "https" ? https.request : http.request;
  // With any agent, even none, Node would not ask for the connection that is open already.
  const agent = others.createConnection === undefined ? { agent: false } : {};
  const call = open({ ...others, ...agent, method, path: target, headers, signal });
  call.on("response", (response) => {
    const chunks = response as AsyncIterable<Uint8Array>;
    resolve({
      status: response.statusCode ?? 502,
      headers: headersOf(response),
      body: { type: "stream", chunks },
    });
  });
  call.on("upgrade", (response: http.IncomingMessage, socket: Duplex, head: Buffer) => {
    const channel = socketChannel(socket, head);
    resolve({
      status: response.statusCode ?? 101,
      headers: headersOf(response),
      body: { type: "upgraded", channel },
    });
  });
  call.on("error", reject);
  if (body === undefined) call.end();
  else
    Readable.from(body)
      .on("error", (error) => void call.destroy(error))
      .pipe(call);
  return promise;
}

function headersOf(response: http.IncomingMessage): ExchangeAnswer["headers"] {
  const isUpgrade = response.statusCode === 101;
  const about = new Set([
    ...hopHeaders,
    ...(response.headers.connection ?? "").toLowerCase().split(/\s*,\s*/),
  ]);
  const kept = Object.entries(response.headersDistinct).filter(([name]) =>
    isUpgrade ? !hopHeaders.has(name) : name !== "connection" && name !== "upgrade" && !about.has(name),
  );
  return Object.fromEntries(
    kept.map(([name, values = []]) => [name, name === "set-cookie" ? values : values.join(", ")]),
  );
}
