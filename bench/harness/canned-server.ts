/**
 * The ceiling: a server that speaks TLS and HTTP as ours does and answers each request of the common load
 * with bytes made beforehand. What our server reaches is told as a share of it.
 */
import { once } from "node:events";
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import type { RootEnv } from "#base";
import { ensureClusterPki } from "#base/pki";
import { MemoryDisk } from "../../src/cluster/memory-disk.ts";
import { benchPod } from "./objects.ts";

const listItems = 5_000;

export class CannedServer implements AsyncDisposable {
  readonly ca: string;
  readonly port: number;
  readonly #server: Http2SecureServer;
  readonly #env: RootEnv;
  readonly #watchers = new Set<Http2ServerResponse>();
  readonly #object: Buffer;
  readonly #lists: ReadonlyMap<string, Buffer>;

  private constructor(env: RootEnv, server: Http2SecureServer, ca: string, port: number) {
    this.#env = env;
    this.#server = server;
    this.ca = ca;
    this.port = port;
    const metadata = { name: "p-0", namespace: "bench", resourceVersion: "1", uid: env.random.uuid() };
    const pod = { ...benchPod(metadata, 0), status: { phase: "Pending", padding: "x".repeat(2_800) } };
    this.#object = Buffer.from(JSON.stringify(pod));
    const head = '{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[';
    const list = (count: number): Buffer =>
      Buffer.from(`${head}${new Array(count).fill(JSON.stringify(pod)).join(",")}]}`);
    this.#lists = new Map([
      ["", list(listItems)],
      ["limit", list(500)],
      ["labelSelector", list(listItems / 50)],
    ]);
    server.on("request", (request, response) => this.#answer(request, response));
  }

  static async start(env: RootEnv): Promise<CannedServer> {
    const pki = await ensureClusterPki(env, new MemoryDisk(), {
      apiserverDnsNames: [],
      apiserverIpAddresses: ["127.0.0.1"],
    });
    const { certificatePem: cert, privateKeyPem: key } = pki.apiserver;
    const server = createSecureServer({ cert, key, allowHTTP1: true }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    return new CannedServer(env, server, pki.ca.certificatePem, port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const watcher of this.#watchers) watcher.destroy();
    this.#server.close();
    await this.#env[Symbol.asyncDispose]();
  }

  #answer(request: Http2ServerRequest, response: Http2ServerResponse): void {
    const { method, url } = request;
    if (method !== "GET") {
      request.resume();
      request.on("end", () => {
        send(response, method === "POST" ? 201 : 200, this.#object);
        if (method === "PATCH") for (const watcher of this.#watchers) watcher.write(this.#event());
      });
      return;
    }
    if (url.includes("watch=1")) {
      response.writeHead(200, { "content-type": "application/json" });
      response.write("\n");
      this.#watchers.add(response);
      response.on("close", () => this.#watchers.delete(response));
      return;
    }
    const [path = "", query = ""] = url.split("?");
    const list = path.endsWith("/pods") ? this.#lists.get(query.split("=")[0] ?? "") : undefined;
    send(response, 200, list ?? this.#object);
  }

  #event(): Buffer {
    return Buffer.concat([Buffer.from('{"type":"MODIFIED","object":'), this.#object, Buffer.from("}\n")]);
  }
}

function send(response: Http2ServerResponse, status: number, body: Buffer): void {
  response.writeHead(status, { "content-type": "application/json", "content-length": body.length });
  response.end(body);
}
