/**
 * Keeps the older Endpoints object of each service that selects pods, under the service's name. It deletes with the
 * service only what it made; Endpoints of services without a selector belong to whoever wrote them.
 */
import { type Endpoints, endpoints, isStatus, type Pod, rfc3339, type Service, same } from "#api";
import { messageOf } from "#base";
import { type Informer, parseKey } from "#client";
import {
  type Controller,
  type ControllerDefinition,
  type ControllerDeps,
  type Turn,
  watchInto,
} from "../controller.ts";
import { ignoreNotFound } from "../not-found.ts";
import { isNamespaceEnding } from "../workloads/new-pod.ts";
import { BackedServices } from "./backed-services.ts";
import { subsetsOf } from "./endpoints-subsets.ts";
import { HEADLESS_LABEL, hasOwnEndpoints, isHeadless, TRIGGER_TIME } from "./service-pods.ts";

const OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity";
const MANAGED_BY = "endpoints.kubernetes.io/managed-by";

class EndpointsController implements Controller {
  readonly #deps: ControllerDeps;
  readonly #services: BackedServices;
  readonly #endpoints: Informer<Endpoints>;

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
    this.#services = new BackedServices(deps);
    this.#endpoints = watchInto(deps, endpoints);
  }

  async reconcile(key: string, turn: Turn): Promise<void> {
    const service = this.#services.get(key);
    const current = this.#endpoints.lister.get(parseKey(key));
    if (service === undefined) {
      if (current?.metadata.labels?.[MANAGED_BY] === undefined) return;
      return turn.client.of(endpoints).delete(parseKey(key), turn.signal).catch(ignoreNotFound);
    }
    if (!hasOwnEndpoints(service)) return;
    const backing = this.#services.podsOf(service);
    const wanted = desired(service, backing, current);
    const triggerMs = this.#services.nextTrigger(key, service, backing);
    if (current !== undefined && isCurrent(current, wanted)) return;
    await this.#write(service, current, stamped(wanted, triggerMs), turn);
  }

  async #write(
    service: Service,
    current: Endpoints | undefined,
    wanted: Endpoints,
    turn: Turn,
  ): Promise<void> {
    const client = turn.client.of(endpoints);
    try {
      if (current === undefined) await client.create(wanted, turn.signal);
      else await client.update(wanted, turn.signal);
    } catch (error) {
      if (isNamespaceEnding(error)) return;
      if (!turn.signal.aborted && !isStatus(error, "Conflict")) {
        const [reason, verb] =
          current === undefined ? ["FailedToCreateEndpoint", "create"] : ["FailedToUpdateEndpoint", "update"];
        const { namespace, name } = service.metadata;
        const message = `Failed to ${verb} endpoint for service ${namespace}/${name}: ${messageOf(error)}`;
        this.#deps.events.record(current ?? service, "Warning", reason, message);
      }
      throw error;
    }
  }
}

function desired(service: Service, backing: readonly Pod[], current: Endpoints | undefined): Endpoints {
  const { subsets, truncated } = subsetsOf(service, backing);
  const { name = "", namespace = "" } = service.metadata;
  const { [OVER_CAPACITY]: _, [TRIGGER_TIME]: __, ...annotations } = current?.metadata.annotations ?? {};
  return {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: {
      ...(current?.metadata ?? { name, namespace }),
      labels: {
        ...service.metadata.labels,
        ...(isHeadless(service) ? { [HEADLESS_LABEL]: "" } : {}),
        [MANAGED_BY]: "endpoint-controller",
      },
      annotations: truncated ? { ...annotations, [OVER_CAPACITY]: "truncated" } : annotations,
    },
    subsets: [...subsets],
  };
}

function isCurrent(current: Endpoints, wanted: Endpoints): boolean {
  const { [TRIGGER_TIME]: _, ...annotations } = current.metadata.annotations ?? {};
  return (
    same(current.subsets, wanted.subsets) &&
    same(current.metadata.labels, wanted.metadata.labels) &&
    same(annotations, wanted.metadata.annotations)
  );
}

function stamped(wanted: Endpoints, triggerMs: number | undefined): Endpoints {
  if (triggerMs === undefined) return wanted;
  const annotations = { ...wanted.metadata.annotations, [TRIGGER_TIME]: rfc3339(triggerMs) };
  return { ...wanted, metadata: { ...wanted.metadata, annotations } };
}

export const endpointsController: ControllerDefinition = {
  name: "endpoints-controller",
  user: "endpoint-controller",
  workers: 5,
  create: (_env, deps) => new EndpointsController(deps),
};
