/**
 * The informers of one process and user: one per resource and scope, however many components ask. Each runs as a
 * task of its own from `start` on.
 */
import type { KubeObject, Resource } from "#api";
import type { Env } from "#base";
import type { Client, Informer, Informers } from "./client.ts";
import { SharedInformer } from "./shared-informer.ts";

interface Scope {
  readonly fieldSelector?: string;
  readonly namespace?: string;
}

export class InformerSet implements Informers {
  readonly #env: Env;
  readonly #client: Client;
  // An informer's type follows from the resource in its key; `of` alone reads and writes the map.
  readonly #informers = new Map<string, SharedInformer<never>>();
  readonly #waiting: string[] = [];
  #started = false;

  constructor(env: Env, deps: { readonly client: Client }) {
    this.#env = env;
    this.#client = deps.client;
  }

  of<T extends KubeObject>(resource: Resource<T>, scope: Scope = {}): Informer<T> {
    const name = scopeName(resource, scope);
    const known = this.#informers.get(name) as SharedInformer<T> | undefined;
    if (known !== undefined) return known;
    const informer = new SharedInformer<T>(
      this.#env.child(name),
      { client: this.#client.of(resource) },
      scope,
    );
    this.#informers.set(name, informer as unknown as SharedInformer<never>);
    if (this.#started) this.#run(name, informer);
    else this.#waiting.push(name);
    return informer;
  }

  /** Resolves when every informer asked for so far has synced. */
  async start(signal: AbortSignal): Promise<void> {
    this.#started = true;
    for (const name of this.#waiting.splice(0)) this.#run(name, this.#informers.get(name));
    await Promise.all([...this.#informers.values()].map((informer) => informer.reached(0, signal)));
  }

  /** The resources that have not synced, for readiness. */
  unsynced(): readonly string[] {
    return [...this.#informers].filter(([, informer]) => !informer.synced).map(([name]) => name);
  }

  #run(name: string, informer: { run(signal: AbortSignal): Promise<void> } | undefined): void {
    this.#env.tasks.spawn(`informer ${name}`, async (signal) => informer?.run(signal));
  }
}

function scopeName(resource: Resource<never> | Resource, scope: Scope): string {
  const base = resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
  const place = scope.namespace === undefined ? "" : `@${scope.namespace}`;
  return scope.fieldSelector === undefined ? `${base}${place}` : `${base}${place}[${scope.fieldSelector}]`;
}
