/**
 * Counts what a namespace uses of its quotas. The API server adds what is made; here it is counted again what has gone,
 * ended or changed. A count stands on caches that have seen the quota's own revision, with which the last charged object
 * was committed, so it never forgets one.
 *
 *   reconcile(quota): gone -> done; see to the caches; count; write the status when it differs
 */
import {
  amountsOf,
  type CountedResource,
  isCountedBy,
  isInScope,
  type KubeObject,
  listOf,
  only,
  persistentVolumeClaims,
  type Pod,
  pods,
  Quantity,
  type Resource,
  type ResourceQuota,
  resourceQuotas,
  resources,
  same,
  services,
  sum,
  usageOf,
} from "#api";
import type { Env } from "#base";
import { type Change, type Informer, keyOf, keyText, parseKey } from "#client";
import {
  type Controller,
  type ControllerDefinition,
  type ControllerDeps,
  type Turn,
  watchInto,
} from "../controller.ts";
import { ignoreNotFound } from "../not-found.ts";
import { isEnded } from "../workloads/pod-state.ts";

/** Everything is counted again this often, as upstream. */
const resyncMs = 300_000;
const notSyncedMs = 100;
const byNamespace = "namespace of quotas";

interface Counted {
  readonly informer: Pick<Informer<KubeObject>, "synced" | "catchUp">;
  inNamespace(namespace: string): readonly KubeObject[];
}

class ResourceQuotaController implements Controller {
  readonly #env: Env;
  readonly #deps: ControllerDeps;
  readonly #quotas: Informer<ResourceQuota>;
  /** By `plural.group`: whole objects where a quota looks inside, else metadata, from when a quota first asks. */
  readonly #counted = new Map<string, Counted>();

  constructor(env: Env, deps: ControllerDeps) {
    this.#env = env;
    this.#deps = deps;
    this.#quotas = watchInto(deps, resourceQuotas, ({ key, previous, current }) =>
      current !== undefined && !same(previous?.spec, current.spec) ? [keyText(key)] : [],
    );
    this.#quotas.index(byNamespace, ({ metadata }) => [metadata.namespace ?? ""]);
    this.#watchWhole(pods, ({ previous, current }) => current === undefined || isLess(previous, current));
    this.#watchWhole(services, ({ previous, current }) => !same(previous?.spec, current?.spec));
    this.#watchWhole(persistentVolumeClaims, () => true);
  }

  async reconcile(key: string, turn: Turn): Promise<void> {
    const quota = this.#quotas.lister.get(parseKey(key));
    if (quota === undefined) return;
    const names = Object.keys(quota.spec.hard ?? {});
    const counted = kinds.filter((kind) => names.some((name) => isCountedBy(kind, name)));
    let used = new Map(names.map((name) => [name, Quantity.zero]));
    for (const kind of counted) {
      const { informer, inNamespace } = this.#countedOf(kind);
      if (!informer.synced) return turn.again(notSyncedMs);
      await informer.catchUp(quota.metadata.resourceVersion ?? "", turn.signal);
      for (const object of inNamespace(quota.metadata.namespace ?? "")) {
        if (!isInScope(quota, kind.plural, object)) continue;
        used = new Map(sum(used, only(usageOf(kind, object, this.#env.clock.now()), names)));
      }
    }
    turn.again(resyncMs);
    const status = { hard: listOf(amountsOf(quota.spec.hard)), used: listOf(used) };
    if (same(quota.status, status)) return;
    await turn.client
      .of(resourceQuotas)
      .update({ ...quota, status } as ResourceQuota, turn.signal, { subresource: "status" })
      .catch(ignoreNotFound);
  }

  #watchWhole<T extends KubeObject>(resource: Resource<T>, isLesser: (change: Change<T>) => boolean): void {
    const informer = watchInto(this.#deps, resource, (change) =>
      isLesser(change) ? this.#quotasOf(change.key.namespace ?? "") : [],
    );
    informer.index(byNamespace, ({ metadata }) => [metadata.namespace ?? ""]);
    const inNamespace = (namespace: string): readonly KubeObject[] =>
      informer.lister.by(byNamespace, namespace);
    this.#counted.set(nameOf(resource), {
      informer: informer as unknown as Counted["informer"],
      inNamespace,
    });
  }

  #countedOf(kind: Resource): Counted {
    const known = this.#counted.get(nameOf(kind));
    if (known !== undefined) return known;
    const informer = this.#deps.informers.metadata(kind);
    informer.onChange(({ key, current }) => {
      if (current !== undefined) return;
      for (const quota of this.#quotasOf(key.namespace ?? "")) this.#deps.queue.add(quota);
    });
    // It may be known to others already, and then it takes no index any more.
    const inNamespace = (namespace: string): readonly KubeObject[] =>
      informer.lister
        .list()
        .filter(({ metadata }) => metadata.namespace === namespace) as readonly KubeObject[];
    const counted = { informer: informer as unknown as Counted["informer"], inNamespace };
    this.#counted.set(nameOf(kind), counted);
    return counted;
  }

  #quotasOf(namespace: string): readonly string[] {
    return this.#quotas.lister.by(byNamespace, namespace).map((quota) => keyText(keyOf(quota)));
  }
}

const kinds = (resources as readonly Resource[]).filter(
  ({ namespaced, storage }) => namespaced && storage !== undefined,
);

function nameOf({ group, plural }: CountedResource): string {
  return group === "" ? plural : `${plural}.${group}`;
}

/** A pod that has ended, or is ending, or was resized, may use less. */
function isLess(previous: Pod | undefined, current: Pod): boolean {
  if (previous === undefined) return false;
  const ended = !isEnded(previous) && isEnded(current);
  const ending =
    previous.metadata.deletionTimestamp === undefined && current.metadata.deletionTimestamp !== undefined;
  return ended || ending || !same(previous.spec.containers, current.spec.containers);
}

export const resourceQuotaController: ControllerDefinition = {
  name: "resourcequota-controller",
  user: "resourcequota-controller",
  workers: 2,
  create: (env, deps) => new ResourceQuotaController(env, deps),
};
