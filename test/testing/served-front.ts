/** A real server behind its real HTTPS front on loopback, with its store at hand, and bare clients of both HTTP versions. */
import * as http2 from "node:http2";
import * as https from "node:https";
import { PassThrough, type Readable, pipeline } from "node:stream";
import { type ApiServer, type ApiServerDeps, type ApiServerOptions, HttpsFront } from "#apiserver";
import { createCa, issue } from "#base/pki";
import { createRealEnv } from "#base/real";
import type { Store, StoreOptions } from "#store";
import { startApiServer } from "./api-server.ts";

const HOST = "127.0.0.1";

type Headers = Readonly<Record<string, string>>;

/** A whole answer. */
export interface WireReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly bytes: Buffer;
  /** The body as JSON. */
  // oxlint-disable-next-line no-explicit-any -- tests read whatever came
  json(): any;
}

/** An answer whose body is still coming. `close` ends it from this side. */
export interface WireStream {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Readable;
  close(): void;
}

/** One way to the server. */
export interface WireClient extends Disposable {
  open(method: string, path: string, headers?: Headers, body?: Uint8Array | string): Promise<WireStream>;
  send(method: string, path: string, headers?: Headers, body?: Uint8Array | string): Promise<WireReply>;
}

export interface ServedFront extends AsyncDisposable {
  readonly server: ApiServer;
  readonly store: Store;
  readonly http1: WireClient;
  readonly http2: WireClient;
  /** For other clients: where it is, and PEM to come as an administrator. */
  readonly port: number;
  readonly trust: Trust;
}

/** Starts everything; dispose it. The clients are cluster administrators. */
export async function serveFront(
  storeOptions: StoreOptions = {},
  more: Partial<ApiServerDeps & ApiServerOptions> = {},
): Promise<ServedFront> {
  const env = createRealEnv({ name: "front", logLevel: "error" });
  const ca = createCa(env, { commonName: "test", days: 1 });
  const { server, store } = await startApiServer(env, ca.certificatePem, storeOptions, more);
  const names = { subject: { commonName: "server", organizations: [] }, ipAddresses: [HOST] };
  const serving = issue(env, ca, { ...names, usages: ["server"], days: 1 });
  const subject = { commonName: "admin", organizations: ["system:masters"] };
  const admin = issue(env, ca, { subject, usages: ["client"], days: 1 });
  const options = {
    addresses: [{ host: HOST, port: 0 }],
    certificate: serving.certificatePem,
    privateKey: serving.privateKeyPem,
    clientAuthorities: ca.certificatePem,
  };
  const front = new HttpsFront(env, { handle: (call) => server.handle(call) }, options);
  await front.start(new AbortController().signal);
  const trust = { ca: ca.certificatePem, cert: admin.certificatePem, key: admin.privateKeyPem };
  const clients = { http1: http1Client(front.port, trust), http2: http2Client(front.port, trust) };
  return {
    server,
    store,
    ...clients,
    port: front.port,
    trust,
    async [Symbol.asyncDispose]() {
      for (const client of Object.values(clients)) client[Symbol.dispose]();
      await front[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await env[Symbol.asyncDispose]();
    },
  };
}

/** PEM. */
export interface Trust {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

function http1Client(port: number, trust: Trust): WireClient {
  const agent = new https.Agent({ keepAlive: true, ...trust });
  const open: WireClient["open"] = (method, path, headers = {}, body) =>
    new Promise((resolve, reject) => {
      const sent = https.request({ host: HOST, port, agent, method, path, headers }, (answer) => {
        const found = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
        resolve({
          status: answer.statusCode ?? 0,
          headers: Object.fromEntries(found) as Record<string, string>,
          body: answer,
          close: () => sent.destroy(),
        });
      });
      sent.on("error", reject);
      sent.end(body);
    });
  return { open, send: sender(open), [Symbol.dispose]: () => agent.destroy() };
}

function http2Client(port: number, trust: Trust): WireClient {
  const session = http2.connect(`https://${HOST}:${port}`, trust);
  session.on("error", () => session.destroy());
  const open: WireClient["open"] = (method, path, headers = {}, body) =>
    new Promise((resolve, reject) => {
      const stream = session.request({ ":method": method, ":path": path, ...headers }, { endStream: false });
      stream.on("error", reject);
      stream.on("response", (found) => {
        const named = Object.entries(found).map(([name, value]) => [name, String(value)]);
        resolve({
          status: found[":status"] ?? 0,
          headers: Object.fromEntries(named) as Record<string, string>,
          // Taken at once: Node throws away a short body that nobody reads as soon as it has come whole.
          body: pipeline(stream, new PassThrough(), () => undefined),
          close: () => stream.close(http2.constants.NGHTTP2_CANCEL),
        });
      });
      stream.end(body);
    });
  return { open, send: sender(open), [Symbol.dispose]: () => session.destroy() };
}

/** Reads an answer to its end. */
function sender(open: WireClient["open"]): WireClient["send"] {
  return async (method, path, headers, body) => {
    const { status, headers: found, body: stream } = await open(method, path, headers, body);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    return { status, headers: found, bytes, json: () => JSON.parse(bytes.toString()) as unknown };
  };
}
