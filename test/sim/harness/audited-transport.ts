/**
 * A component's transport under audit: what the server answers must be durable at that moment and true of some moment
 * of the call, a deposed leader must not write, and after an answer the process may be made to crash.
 */
import type { KubeObject } from "#api";
import type { Catalog } from "#apiserver";
import { type ApiRequest, type ApiResponse, ClientError, type Transport, type WatchEvent } from "#client";
import type { DurableLog } from "./durable-log.ts";

/** Who speaks: the process and its user. */
export interface Caller {
  readonly host: string;
  /** Unique to the process, as its lease says. */
  readonly identity: string;
  readonly user: string;
}

/** One call on its way. */
export interface SentCall extends Caller {
  readonly method: ApiRequest["method"];
  /** Without the query. */
  readonly path: string;
}

/** One call that was answered. */
export interface AnsweredCall extends SentCall {
  readonly status: number;
}

export interface AuditDeps {
  readonly log: DurableLog;
  readonly catalog: Catalog;
  readonly violation: (rule: string, message: string) => void;
  /** Hears of each call when it is sent. */
  readonly sent: (call: SentCall) => void;
  /** Lets a watch lag, as a slow reader would; resolves when the next events may be seen. */
  readonly lag: (caller: Caller) => Promise<void>;
  /** Calls about leases do not reach the server. */
  readonly losesRenewals: (caller: Caller) => boolean;
  /** Throws the process away after this answer when it returns true. */
  readonly crashAfter: (call: AnsweredCall) => boolean;
  /** The process is dead: what it still does does not count. */
  readonly isAlive: (caller: Caller) => boolean;
  /** A caller asks to take finalizers off the object of that key. */
  readonly takesFinalizers: (key: string) => void;
  /** Who must hold the lease to write, by host; undefined for hosts without election. */
  readonly leaderOf: (host: string) => string | undefined;
}

interface Target {
  readonly key: string;
  readonly subresource: string;
}

const never = new Promise<never>(() => {});

export class AuditedTransport implements Transport {
  readonly #inner: Transport;
  readonly #caller: Caller;
  readonly #deps: AuditDeps;

  constructor(inner: Transport, caller: Caller, deps: AuditDeps) {
    this.#inner = inner;
    this.#caller = caller;
    this.#deps = deps;
  }

  async request(request: ApiRequest, signal: AbortSignal): Promise<ApiResponse> {
    const { log } = this.#deps;
    const from = log.revision;
    if (isLease(request) && this.#deps.losesRenewals(this.#caller))
      throw new ClientError("unreachable", `The ${request.method} of a lease got nowhere`);
    this.#checkLeads(request);
    this.#noteFinalizers(request);
    const [path = ""] = request.path.split("?");
    const call = { ...this.#caller, method: request.method, path };
    this.#deps.sent(call);
    const response = await this.#inner.request(request, signal);
    this.#checkAnswer(request, response, from);
    if (this.#deps.crashAfter({ ...call, status: response.status })) await never;
    return response;
  }

  async watch(request: ApiRequest, signal: AbortSignal): Promise<AsyncIterable<readonly WatchEvent[]>> {
    return this.#audited(request, await this.#inner.watch(request, signal));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
  }

  async *#audited(
    request: ApiRequest,
    batches: AsyncIterable<readonly WatchEvent[]>,
  ): AsyncGenerator<readonly WatchEvent[]> {
    for await (const batch of batches) {
      for (const { type, object } of batch) if (type !== "ERROR") this.#checkDurable(request, object);
      await this.#deps.lag(this.#caller);
      yield batch;
    }
  }

  #checkLeads(request: ApiRequest): void {
    const { host, identity } = this.#caller;
    if (request.method === "GET" || isLease(request) || !this.#deps.isAlive(this.#caller)) return;
    const leader = this.#deps.leaderOf(host);
    if (leader === undefined || leader === identity) return;
    this.#deps.violation(
      "deposed-leader-wrote",
      `${identity} sends ${request.method} ${request.path} while "${leader}" leads`,
    );
  }

  /** An object may vanish in the very write that takes its last finalizer away. */
  #noteFinalizers(request: ApiRequest): void {
    if (request.method !== "PUT" && request.method !== "PATCH") return;
    const target = this.#target(request);
    if (target === undefined) return;
    const takesAway =
      target.subresource === "finalize" ||
      (request.method === "PATCH"
        ? JSON.stringify(request.body).includes("finalizers")
        : ((request.body as KubeObject).metadata.finalizers ?? []).length === 0);
    if (takesAway) this.#deps.takesFinalizers(target.key);
  }

  #checkDurable(request: ApiRequest, body: unknown): void {
    const { log, violation } = this.#deps;
    const revision = Number((body as KubeObject | undefined)?.metadata?.resourceVersion ?? 0);
    if (revision <= log.revision) return;
    violation("answer-before-durable", `${show(request)}: ${revision} of ${log.revision}`);
  }

  #checkAnswer(request: ApiRequest, response: ApiResponse, from: number): void {
    if (typeof response.body !== "object" || response.body === null) return;
    this.#checkDurable(request, response.body);
    const target = this.#target(request);
    if (target === undefined || request.path.includes("dryRun=")) return;
    const { log, violation } = this.#deps;
    const moments = log.between(target.key, from, log.revision);
    const { status, body } = response as { status: number; body: KubeObject & { reason?: string } };
    const lived = moments.some((version) => version?.object !== undefined);
    const absent = moments.some((version) => version?.object === undefined);
    if (status === 409 && body.reason === "AlreadyExists" && target.subresource === "" && !lived)
      violation("conflict-before-durable", `${show(request)}: it never existed`);
    if (status === 409 && body.reason === "Conflict") this.#checkConflict(request, target, moments);
    if (status === 404 && target.subresource === "" && request.method !== "POST" && !absent)
      violation("not-found-before-durable", `${show(request)}: it was there all the time`);
    if (status === 200 && request.method === "GET" && target.subresource === "")
      this.#checkRead(request, body, moments);
  }

  /** A PUT with a resourceVersion is refused only if the object was at some moment another version. */
  #checkConflict(
    request: ApiRequest,
    target: Target,
    moments: readonly ({ readonly revision: number; readonly object: KubeObject | undefined } | undefined)[],
  ): void {
    if (request.method !== "PUT") return;
    const wanted = Number((request.body as KubeObject).metadata.resourceVersion ?? 0);
    if (
      wanted === 0 ||
      moments.some((version) => version?.object === undefined || version.revision !== wanted)
    )
      return;
    this.#deps.violation(
      "conflict-before-durable",
      `${show(request)}: ${target.key} was at ${wanted} all the time`,
    );
  }

  #checkRead(
    request: ApiRequest,
    body: KubeObject,
    moments: readonly ({ readonly revision: number } | undefined)[],
  ): void {
    const revision = Number(body.metadata?.resourceVersion ?? 0);
    if (revision === 0 || moments.some((version) => version?.revision === revision)) return;
    this.#deps.violation("stale-read", `${show(request)}: version ${revision} is not of the call's time`);
  }

  /** The key of the object that a call names. */
  #target(request: ApiRequest): Target | undefined {
    const parts = (request.path.split("?")[0] ?? "").split("/").slice(1).map(decodeURIComponent);
    const [group = "", version = ""] = parts[0] === "api" ? ["", parts[1]] : [parts[1], parts[2]];
    let rest = parts.slice(parts[0] === "api" ? 2 : 3);
    let namespace = "";
    if (rest[0] === "namespaces" && rest.length > 2 && !["status", "finalize"].includes(rest[2] ?? "")) {
      namespace = rest[1] ?? "";
      rest = rest.slice(2);
    }
    const [plural = "", named, subresource = ""] = rest;
    const resource = this.#deps.catalog.lookup(group, version, plural);
    const name =
      named ?? (request.method === "POST" ? (request.body as KubeObject).metadata?.name : undefined);
    if (resource?.storage === undefined || !name) return undefined;
    const { prefix } = resource.storage;
    return { key: resource.namespaced ? `${prefix}/${namespace}/${name}` : `${prefix}/${name}`, subresource };
  }
}

function isLease({ path }: ApiRequest): boolean {
  return /\/leases([/?]|$)/.test(path);
}

function show(request: ApiRequest): string {
  return `${request.method} ${request.path}`;
}
