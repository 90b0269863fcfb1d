/**
 * `GET /healthz` without credentials, on the machine itself: for whoever supervises the kubelet. It says `ok` as long
 * as the kubelet could work on pods. A port that another program has is no reason not to run pods, as upstream.
 */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type Component, type Env, messageOf } from "#base";

/** Where it listens. */
export interface HealthzOptions {
  readonly host: string;
  /** 0: nowhere. */
  readonly port: number;
}

export class HealthzServer implements Component {
  readonly #env: Env;
  readonly #deps: { ready(): string | undefined };
  readonly #options: HealthzOptions;
  #server: Server | undefined;

  /** `ready`: says why the kubelet does not work. */
  constructor(env: Env, deps: { ready(): string | undefined }, options: HealthzOptions) {
    this.#env = env;
    this.#deps = deps;
    this.#options = options;
  }

  async start(signal: AbortSignal): Promise<void> {
    const { host, port } = this.#options;
    if (port === 0) return;
    const server = createServer(({ method, url = "" }, response) => {
      const known = /^\/healthz(?:\/(?:ping|log|syncloop))?(?:\?|$)/.test(url);
      const why = this.#deps.ready();
      const [status, text] = known ? (why === undefined ? [200, "ok"] : [500, why]) : [404, "not found"];
      response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
      response.end(method === "HEAD" ? "" : text);
    });
    try {
      server.listen(port, host);
      await once(server, "listening", { signal });
      this.#server = server;
    } catch (error) {
      signal.throwIfAborted();
      this.#env.log.warn("Cannot answer for the kubelet's health", { host, port, error: messageOf(error) });
    }
  }

  ready(): string | undefined {
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }
}
