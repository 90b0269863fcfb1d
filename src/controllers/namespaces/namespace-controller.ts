/**
 * Empties namespaces that are being deleted, and lets them go when they are empty: pods first (KEP-5080), then all else
 * that discovery names. Nothing is remembered between turns; each looks at what is left.
 */
import { type Namespace, namespaces, type PartialObjectMetadata, same, StatusError } from "#api";
import { type Env, messageOf } from "#base";
import { type DiscoveredResource, discover, type Informer, parseKey } from "#client";
import {
  type Controller,
  type ControllerDefinition,
  type ControllerDeps,
  type Turn,
  watchInto,
} from "../controller.ts";
import { ignoreNotFound } from "../not-found.ts";
import { namespaceConditions, type Progress } from "./namespace-conditions.ts";

/** The finalizer in `spec.finalizers` that is this controller's. */
const FINALIZER = "kubernetes";

/** How soon to look again while content goes; finalizers and grace periods take their own time. */
const SOON_MS = 1_000;
const LATER_MS = 5_000;

class NamespaceController implements Controller {
  readonly #env: Env;
  readonly #namespaces: Informer<Namespace>;

  constructor(env: Env, deps: ControllerDeps) {
    this.#env = env;
    this.#namespaces = watchInto(deps, namespaces);
  }

  async reconcile(key: string, turn: Turn): Promise<void> {
    const namespace = this.#namespaces.lister.get(parseKey(key));
    if (namespace?.metadata.deletionTimestamp === undefined) return;
    if (!namespace.spec.finalizers?.includes(FINALIZER)) return;
    const progress = await this.#empty(key, turn);
    const told = await this.#tell(namespace, progress, turn);
    const waiting = progress.remaining.size + progress.undiscovered.length + progress.failures.length;
    if (waiting === 0) return this.#letGo(told, turn);
    turn.again(progress.failures.length > 0 || progress.undiscovered.length > 0 ? LATER_MS : SOON_MS);
  }

  async #empty(namespace: string, turn: Turn): Promise<Progress> {
    const { resources, failed } = await discover(turn.client.raw, turn.signal);
    const progress = {
      undiscovered: failed,
      failures: new Array<string>(),
      remaining: new Map<string, number>(),
      finalizers: new Map<string, number>(),
    };
    const own = resources.filter(({ namespaced, verbs }) => namespaced && verbs.includes("delete"));
    const isPods = ({ group, plural }: DiscoveredResource) => group === "" && plural === "pods";
    for (const resource of own.filter(isPods)) await this.#remove(resource, namespace, progress, turn);
    // Pods may need what else is in the namespace until they have ended.
    if (progress.remaining.size > 0 || progress.failures.length > 0) return progress;
    for (const resource of own.filter((known) => !isPods(known))) {
      await this.#remove(resource, namespace, progress, turn);
    }
    return progress;
  }

  async #remove(
    resource: DiscoveredResource,
    namespace: string,
    progress: MutableProgress,
    turn: Turn,
  ): Promise<void> {
    const client = turn.client.metadata(resource);
    const name = `${resource.plural}.${resource.group}`;
    try {
      if (!resource.verbs.includes("list")) return;
      const before = await client.list({ namespace }, turn.signal);
      if (before.items.length === 0) return;
      const options = { propagationPolicy: "Background" } as const;
      if (resource.verbs.includes("deletecollection")) {
        await client.deleteCollection({ namespace, ...options }, turn.signal);
      } else {
        for (const { metadata } of before.items) {
          await client
            .delete({ namespace, name: metadata.name ?? "" }, turn.signal, options)
            .catch(ignoreNotFound);
        }
      }
      const left = await client.list({ namespace }, turn.signal);
      if (left.items.length > 0) progress.remaining.set(name, left.items.length);
      countFinalizers(left.items, progress.finalizers);
    } catch (error) {
      if (turn.signal.aborted || !(error instanceof StatusError)) throw error;
      // A resource that went away, or does not serve the verb, holds nothing back.
      if (error.code !== 404 && error.code !== 405) progress.failures.push(`${name}: ${messageOf(error)}`);
    }
  }

  async #tell(namespace: Namespace, progress: Progress, turn: Turn): Promise<Namespace> {
    const conditions = namespaceConditions(
      namespace.status.conditions ?? [],
      progress,
      this.#env.clock.now(),
    );
    if (same(conditions, namespace.status.conditions ?? [])) return namespace;
    const status = { ...namespace.status, phase: "Terminating", conditions };
    return turn.client
      .of(namespaces)
      .update({ ...namespace, status }, turn.signal, { subresource: "status" });
  }

  async #letGo(namespace: Namespace, turn: Turn): Promise<void> {
    const finalizers = namespace.spec.finalizers?.filter((name) => name !== FINALIZER) ?? [];
    const emptied = { ...namespace, spec: { ...namespace.spec, finalizers } };
    await turn.client
      .of(namespaces)
      .update(emptied, turn.signal, { subresource: "finalize" })
      .catch(ignoreNotFound);
  }
}

interface MutableProgress extends Progress {
  readonly failures: string[];
  readonly remaining: Map<string, number>;
  readonly finalizers: Map<string, number>;
}

function countFinalizers(items: readonly PartialObjectMetadata[], counts: Map<string, number>): void {
  for (const { metadata } of items) {
    for (const name of metadata.finalizers ?? []) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
}

export const namespaceController: ControllerDefinition = {
  name: "namespace-controller",
  user: "namespace-controller",
  workers: 10,
  create: (env, deps) => new NamespaceController(env, deps),
};
