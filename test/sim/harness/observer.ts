/**
 * Somebody who only looks: informers of the kinds of a Deployment's life, whose caches must be, at each moment, the
 * collections at the revisions that they claim.
 */
import {
  configMaps,
  deployments,
  endpointSlices,
  type KubeObject,
  leases,
  namespaces,
  nodes,
  pods,
  replicaSets,
  type Resource,
  services,
} from "#api";
import { MASTERS, userOf } from "#apiserver";
import { InformerSet } from "#client";
import type { DurableLog } from "./durable-log.ts";
import type { SimProcess } from "./roles.ts";

const observed = [
  pods,
  replicaSets,
  deployments,
  services,
  endpointSlices,
  namespaces,
  nodes,
  configMaps,
  leases,
] as unknown as readonly Resource[];

/** The informers of the observer's present life. */
export class Observer {
  #informers: InformerSet | undefined;

  async start(process: SimProcess): Promise<void> {
    const client = process.client(userOf("observer", [MASTERS]));
    const informers = new InformerSet(process.env.child("informers"), { client });
    for (const resource of observed) informers.of(resource);
    this.#informers = informers;
    await informers.start(process.signal);
  }

  /** Says where a cache is not what the log was at the cache's revision; empty when all are. */
  differences(log: DurableLog): readonly string[] {
    return observed.flatMap((resource) => {
      const informer = this.#informers?.peek(resource);
      if (informer === undefined || !informer.synced || informer.revision > log.revision) return [];
      const truth = [...log.list(resource, informer.revision).values()].map(nameAndVersion).sort();
      const cached = informer.lister.list().map(nameAndVersion).sort();
      if (truth.join() === cached.join()) return [];
      const missing = truth.filter((one) => !cached.includes(one));
      const extra = cached.filter((one) => !truth.includes(one));
      return [
        `${resource.plural} at ${informer.revision}: lacks [${missing.join(" ")}], has [${extra.join(" ")}]`,
      ];
    });
  }
}

function nameAndVersion({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}@${metadata.resourceVersion}`;
}
