/**
 * The kubelet's own server, apart from how requests arrive: `https-server-node.ts` brings them from a socket, and the
 * API server of the same process calls `handle` itself. Paths and refusals are upstream's.
 */
import { stringifyJson, type Pod, ZPages } from "#api";
import { type Env, messageOf, type TaskGroup } from "#base";
import type { ExchangeAnswer, ExchangeRequest } from "#base/streams";
import type { Client, Lister } from "#client";
import type { RuntimeService } from "../runtime/runtime.ts";
import type { LogSource, RuntimeStreams } from "../runtime/streams.ts";
import type { StaticPods } from "../static/static-pods.ts";
import { kubeletConfiguration } from "../configuration.ts";
import { AccessControl } from "./access-control.ts";
import type { Caller } from "./caller.ts";
import { containerLogs } from "./logs.ts";
import { PodLookup } from "./pod-lookup.ts";
import { Refusal } from "./refusal.ts";
import { Sessions } from "./sessions.ts";
import { metricsText } from "./measures/metrics-text.ts";
import type { NodeMeasures } from "./measures/node-measures.ts";
import { Readings } from "./measures/readings.ts";
import { runningPods } from "./running-pods.ts";
import { statsSummary } from "./measures/stats.ts";
import { cadvisorMetrics } from "./measures/cadvisor-metrics.ts";
import { resourceMetrics } from "./measures/usage-metrics.ts";
import type { ProbeCounts } from "../probe/probe-counts.ts";

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
  /** Default: the node cannot measure itself. */
  readonly measures?: NodeMeasures;
  /** Default: nobody counts. */
  readonly probeCounts?: ProbeCounts;
  /** The node's own logs, by path. Default: it shows none. */
  readonly nodeLogs?: (path: string) => Promise<ExchangeAnswer>;
  /** The kubelet's configuration as `/configz` shows it. Default: what it is without any. */
  readonly configuration?: Readonly<Record<string, unknown>>;
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

/** What answers. */
interface Answers {
  readonly access: AccessControl;
  readonly zpages: ZPages;
  readonly endpoints: Readonly<Record<string, Endpoint>>;
}

/** Dispose it to end all streams. */
export class KubeletServer implements AsyncDisposable {
  readonly #env: Env;
  readonly #tasks: TaskGroup;
  readonly #deps: KubeletServerDeps;
  readonly #options: { readonly nodeName: string };
  /** Made when somebody first asks: of thousands of nodes most never are. */
  #answers: Answers | undefined;

  constructor(env: Env, deps: KubeletServerDeps, options: { readonly nodeName: string }) {
    this.#env = env;
    this.#deps = deps;
    this.#options = options;
    this.#tasks = env.tasks.group("kubelet server");
  }

  /** Answers with any status; `signal` aborts when the caller goes away. */
  async handle(request: ExchangeRequest, caller: Caller, signal: AbortSignal): Promise<ExchangeAnswer> {
    const mark = request.target.indexOf("?");
    const path = mark < 0 ? request.target : request.target.slice(0, mark);
    const query = new URLSearchParams(mark < 0 ? "" : request.target.slice(mark + 1));
    this.#answers ??= this.#makeAnswers();
    const { access, zpages, endpoints } = this.#answers;
    try {
      await access.check(caller, request.method, path, signal);
      const page = zpages.answer(path, request.headers["accept"]);
      if (page !== undefined) return { ...page, body: { type: "bytes", bytes: Buffer.from(page.body) } };
      const [name = "", ...names] = path.split("/").slice(1).map(decodeURIComponent);
      const endpoint = Object.hasOwn(endpoints, name) ? endpoints[name] : undefined;
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

  #makeAnswers(): Answers {
    const [env, deps, options] = [this.#env, this.#deps, this.#options];
    const { measures, runtime } = deps;
    const lookup = new PodLookup(deps);
    const sessions = new Sessions(env, { lookup, streams: deps.streams }, this.#tasks);
    const logs = { clock: env.clock, lookup, logs: deps.logs };
    const pods = (): readonly Pod[] => lookup.list();
    const readings = new Readings(env, { runtime, measures, pods }, options);
    const endpoints: Answers["endpoints"] = {
      healthz: async () => text(200, "ok"),
      pods: async () => json({ kind: "PodList", apiVersion: "v1", metadata: {}, items: lookup.list() }),
      runningpods: async (_request, _names, _query, signal) => json(await runningPods(runtime, signal)),
      containerLogs: (_request, names, query, signal) => containerLogs(logs, names, query, signal),
      exec: (request, names, query, signal) => sessions.exec(request, names, query, signal),
      attach: (request, names, query, signal) => sessions.attach(request, names, query, signal),
      portForward: (request, names, query, signal) => sessions.portForward(request, names, query, signal),
      metrics: async (_request, [part = ""], _query, signal) =>
        text(200, await this.#metrics(readings, part, signal)),
      stats: async (_request, [part], _query, signal) => {
        if (part !== "summary") throw new Refusal(404, "404 page not found\n");
        const reading = await readings.take(signal);
        return json(statsSummary(reading, await readings.storage(reading, signal)));
      },
      configz: async () => json({ kubeletconfig: deps.configuration ?? kubeletConfiguration(options) }),
      logs: async (_request, names) => {
        if (deps.nodeLogs === undefined) throw new Refusal(404, "logs are not available on this node\n");
        return deps.nodeLogs(names.join("/"));
      },
      checkpoint: async () => {
        throw new Refusal(501, "Cannot checkpoint containers: the runtime of this node cannot\n");
      },
    };
    const zpages = new ZPages(env, "kubelet", ["/configz", "/flagz", "/healthz", "/metrics"]);
    return { access: new AccessControl(env, deps, options), zpages, endpoints };
  }

  async #metrics(readings: Readings, part: string, signal: AbortSignal): Promise<string> {
    if (part === "") return `${this.#env.metrics.render()}${await this.#ownMetrics(signal)}`;
    if (part === "resource") return resourceMetrics(await readings.take(signal));
    if (part === "cadvisor") {
      const reading = await readings.take(signal);
      return cadvisorMetrics(reading, await readings.figures(reading, signal));
    }
    if (part !== "probes") throw new Refusal(404, "404 page not found\n");
    const help =
      "[BETA] Cumulative number of a liveness, readiness or startup probe for a container by result.";
    const samples = this.#deps.probeCounts?.list() ?? [];
    return metricsText([{ name: "prober_probe_total", type: "counter", help, samples }]);
  }

  /** What is counted when somebody asks. */
  async #ownMetrics(signal: AbortSignal): Promise<string> {
    const { runtime } = this.#deps;
    const [sandboxes, containers] = await Promise.all([
      runtime.listPodSandbox({ state: "SANDBOX_READY" }, signal),
      runtime.listContainers({}, signal),
    ]);
    const states = Map.groupBy(containers, ({ state }) => state.replace("CONTAINER_", "").toLowerCase());
    const counted = [...states].map(([container_state, own]) => {
      return { labels: { container_state }, value: own.length };
    });
    return metricsText([
      {
        name: "kubelet_node_name",
        type: "gauge",
        help: "[ALPHA] The node's name. The count is always 1.",
        samples: [{ labels: { node: this.#options.nodeName }, value: 1 }],
      },
      {
        name: "kubelet_running_containers",
        type: "gauge",
        help: "[ALPHA] Number of containers currently running",
        samples: counted,
      },
      {
        name: "kubelet_running_pods",
        type: "gauge",
        help: "[ALPHA] Number of pods that have a running pod sandbox",
        samples: [{ labels: {}, value: sandboxes.length }],
      },
    ]);
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
