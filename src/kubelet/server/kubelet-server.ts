/**
 * The kubelet's own server, apart from how requests arrive: `https-server-node.ts` brings them from a socket, and the
 * API server of the same process calls `handle` itself. Paths and refusals are upstream's.
 */
import { stringifyJson, type Pod } from "#api";
import { type Env, messageOf, type TaskGroup } from "#base";
import type { ExchangeAnswer, ExchangeRequest } from "#base/streams";
import type { Client, Lister } from "#client";
import type { RuntimeService } from "../runtime/runtime.ts";
import type { LogSource, RuntimeStreams } from "../runtime/streams.ts";
import type { StaticPods } from "../static/static-pods.ts";
import { AccessControl } from "./access-control.ts";
import type { Caller } from "./caller.ts";
import { containerLogs } from "./logs.ts";
import { PodLookup } from "./pod-lookup.ts";
import { Refusal } from "./refusal.ts";
import { Sessions } from "./sessions.ts";
import { resourceMetrics, statsSummary } from "./stats.ts";

/** What the server speaks for. */
export interface KubeletServerDeps {
  /** With the node's identity: asks the API who may do what. */
  readonly client: Client;
  /** The pods of this node. */
  readonly pods: Lister<Pod>;
  /** Pods that are run by manifests, whose mirrors are among the others. Default: none. */
  readonly statics?: StaticPods;
  readonly runtime: RuntimeService;
  readonly streams: RuntimeStreams;
  readonly logs: LogSource;
}

/** Makes a node's server reachable, until it is disposed: in process by its name, or at a port that it returns. */
export type ServeKubelet = (
  node: {
    readonly nodeName: string;
    readonly addresses: readonly string[];
    readonly server: KubeletServer;
  },
  signal: AbortSignal,
) => Promise<AsyncDisposable & { readonly port?: number }>;

type Endpoint = (
  request: ExchangeRequest,
  names: readonly string[],
  query: URLSearchParams,
  signal: AbortSignal,
) => Promise<ExchangeAnswer>;

/** Dispose it to end all streams. */
export class KubeletServer implements AsyncDisposable {
  readonly #env: Env;
  readonly #access: AccessControl;
  readonly #tasks: TaskGroup;
  readonly #endpoints: Readonly<Record<string, Endpoint>>;

  constructor(env: Env, deps: KubeletServerDeps, options: { readonly nodeName: string }) {
    this.#env = env;
    this.#access = new AccessControl(env, deps, options);
    this.#tasks = env.tasks.group("kubelet server");
    const lookup = new PodLookup(deps);
    const sessions = new Sessions(env, { lookup, streams: deps.streams }, this.#tasks);
    const logs = { clock: env.clock, lookup, logs: deps.logs };
    const stats = (signal: AbortSignal): ReturnType<RuntimeService["listContainerStats"]> =>
      deps.runtime.listContainerStats({}, signal);
    this.#endpoints = {
      healthz: async () => text(200, "ok"),
      pods: async () => json({ kind: "PodList", apiVersion: "v1", metadata: {}, items: lookup.list() }),
      containerLogs: (_request, names, query, signal) => containerLogs(logs, names, query, signal),
      exec: (request, names, query, signal) => sessions.exec(request, names, query, signal),
      attach: (request, names, query, signal) => sessions.attach(request, names, query, signal),
      portForward: (request, names, query, signal) => sessions.portForward(request, names, query, signal),
      metrics: async (_request, [part], _query, signal) =>
        text(200, part === "resource" ? resourceMetrics(await stats(signal)) : env.metrics.render()),
      stats: async (_request, _names, _query, signal) =>
        json(statsSummary(options.nodeName, await stats(signal), env.clock.now())),
    };
  }

  /** Answers with any status; `signal` aborts when the caller goes away. */
  async handle(request: ExchangeRequest, caller: Caller, signal: AbortSignal): Promise<ExchangeAnswer> {
    const mark = request.target.indexOf("?");
    const path = mark < 0 ? request.target : request.target.slice(0, mark);
    const query = new URLSearchParams(mark < 0 ? "" : request.target.slice(mark + 1));
    try {
      await this.#access.check(caller, request.method, path, signal);
      const [name = "", ...names] = path.split("/").slice(1).map(decodeURIComponent);
      const endpoint = Object.hasOwn(this.#endpoints, name) ? this.#endpoints[name] : undefined;
      if (endpoint === undefined) throw new Refusal(404, "404 page not found\n");
      return await endpoint(request, names, query, signal);
    } catch (error) {
      if (error instanceof Refusal) return text(error.status, error.message);
      if (error instanceof URIError) return text(400, "malformed path\n");
      signal.throwIfAborted();
      this.#env.log.warn("A request to the kubelet failed", { path, error: messageOf(error) });
      return text(500, messageOf(error));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tasks[Symbol.asyncDispose]();
  }
}

function text(status: number, body: string): ExchangeAnswer {
  const headers = { "content-type": "text/plain; charset=utf-8" };
  return { status, headers, body: { type: "bytes", bytes: Buffer.from(body) } };
}

function json(value: unknown): ExchangeAnswer {
  const headers = { "content-type": "application/json" };
  return { status: 200, headers, body: { type: "bytes", bytes: Buffer.from(stringifyJson(value)) } };
}
