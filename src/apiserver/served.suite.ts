/** What the server's tests share: a whole server in virtual time, and short words to call it with. */
import assert from "node:assert/strict";
import { SimWorld } from "#base/sim";
import type { Env } from "#base";
import type { KubeObject } from "#api";
import type { Store } from "#store";
import { adminUser, startApiServer, testAuthority } from "../../test/testing/api-server.ts";
import type { WatchItem } from "./call.ts";
import type { PlainAnswer, PlainRequest } from "./in-process.ts";
import type { ApiServer, ApiServerDeps, ApiServerOptions } from "./server.ts";
import type { User } from "./user.ts";

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // oxlint-disable-next-line no-explicit-any -- tests read whatever came
  readonly body: any;
}

/** Calls as one user. */
export class Caller {
  readonly #handler: (request: PlainRequest, signal: AbortSignal) => Promise<PlainAnswer>;
  readonly #signal = new AbortController().signal;

  constructor(server: ApiServer, user: User) {
    this.#handler = server.handlerFor(user);
  }

  async call(
    method: PlainRequest["method"],
    path: string,
    body?: unknown,
    more: Partial<PlainRequest> = {},
  ): Promise<Answered> {
    const answer = await this.#handler(
      { method, path, ...more, ...(body === undefined ? {} : { body }) },
      this.#signal,
    );
    assert.ok(answer.events === undefined, `${method} ${path} answered with a watch`);
    return answer;
  }

  get = (path: string, more: Partial<PlainRequest> = {}): Promise<Answered> =>
    this.call("GET", path, undefined, more);
  post = (path: string, body: unknown): Promise<Answered> => this.call("POST", path, body);
  put = (path: string, body: unknown): Promise<Answered> => this.call("PUT", path, body);
  delete = (path: string, body?: unknown): Promise<Answered> => this.call("DELETE", path, body);
  patch = (path: string, kind: string, body: unknown): Promise<Answered> =>
    this.call("PATCH", path, body, { contentType: `application/${kind}` });

  async watch(path: string, signal: AbortSignal): Promise<AsyncIterable<readonly WatchItem[]>> {
    const answer = await this.#handler({ method: "GET", path }, signal);
    assert.ok(answer.events !== undefined, `GET ${path} is no watch`);
    return answer.events;
  }
}

export interface Served {
  readonly world: SimWorld;
  readonly env: Env;
  readonly server: ApiServer;
  readonly store: Store;
  readonly admin: Caller;
  as(user: User): Caller;
}

/** Runs `body` beside a fresh server, in virtual time. */
export async function serve(
  name: string,
  body: (served: Served) => Promise<void>,
  options: Partial<ApiServerDeps & ApiServerOptions> = {},
): Promise<void> {
  const world = new SimWorld(name);
  await world.run(async () => {
    const env = world.env("server");
    const { server, store } = await startApiServer(env, testAuthority, {}, options);
    const as = (user: User): Caller => new Caller(server, user);
    await body({ world, env, server, store, admin: as(adminUser), as });
    await server[Symbol.asyncDispose]();
    await env[Symbol.asyncDispose]();
  });
}

/** A config map that can be created as it is. */
export function configMap(
  name: string,
  data: Readonly<Record<string, string>> = {},
  metadata: object = {},
): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...metadata }, data };
}

/** A pod that can be created as it is. */
export function pod(name: string, spec: object = {}, metadata: object = {}): object {
  const containers = [{ name: "c", image: "nginx" }];
  return { apiVersion: "v1", kind: "Pod", metadata: { name, ...metadata }, spec: { containers, ...spec } };
}

export function namesOf(list: { readonly items: readonly KubeObject[] }): readonly (string | undefined)[] {
  return list.items.map((item) => item.metadata.name);
}

/** Collects `count` events of a watch, then closes it. */
export async function take(
  events: AsyncIterable<readonly WatchItem[]>,
  count: number,
): Promise<readonly WatchItem[]> {
  const found: WatchItem[] = [];
  for await (const batch of events) {
    found.push(...batch);
    if (found.length >= count) break;
  }
  return found;
}
