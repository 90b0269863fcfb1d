/**
 * Keeps the EndpointSlices of services that select pods. The slices are deleted with their service by garbage
 * collection; those of other managers are left alone.
 */
import { type EndpointSlice, endpointSlices, isStatus, type Node, nodes, rfc3339, type Service } from "#api";
import type { Env } from "#base";
import { type Change, type Informer, keyOf, keyText } from "#client";
import {
  type Controller,
  type ControllerDefinition,
  type ControllerDeps,
  type Turn,
  watchInto,
} from "../controller.ts";
import { ignoreNotFound } from "../not-found.ts";
import { controllerReference } from "../workloads/claim.ts";
import { isNamespaceEnding } from "../workloads/new-pod.ts";
import { BackedServices } from "./backed-services.ts";
import { addressTypesOf, desiredEndpoints } from "./desired-endpoints.ts";
import { HEADLESS_LABEL, hasOwnEndpoints, isHeadless, TRIGGER_TIME } from "./service-pods.ts";
import { planSlices, type SliceContent, type SlicePlan } from "./slice-plan.ts";

const SERVICE_NAME = "kubernetes.io/service-name";
const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const MANAGER = "endpointslice-controller.k8s.io";

class EndpointSliceController implements Controller {
  readonly #deps: ControllerDeps;
  readonly #services: BackedServices;
  readonly #nodes: Informer<Node>;
  readonly #slices: Informer<EndpointSlice>;

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
    this.#services = new BackedServices(deps);
    this.#slices = watchInto(deps, endpointSlices, (change) => serviceOfSlice(change));
    this.#slices.index("service", (slice) => (isOwn(slice) ? [serviceKey(slice)] : []));
    this.#nodes = deps.informers.of(nodes);
  }

  async reconcile(key: string, turn: Turn): Promise<void> {
    const service = this.#services.get(key);
    if (service === undefined) return;
    if (!hasOwnEndpoints(service) || service.metadata.deletionTimestamp !== undefined) return;
    const backing = this.#services.podsOf(service);
    const desired = desiredEndpoints(service, backing, (name) => this.#nodes.lister.get({ name }));
    const plan = planSlices(this.#slices.lister.by("service", key), {
      groups: desired.groups,
      addressTypes: addressTypesOf(service),
      labels: labelsOf(service),
      maxPerSlice: this.#deps.options.maxEndpointsPerSlice,
    });
    await this.#act(service, plan, this.#services.nextTrigger(key, service, backing), turn);
    const [skipped] = desired.skipped;
    if (skipped !== undefined)
      throw new Error(`Node "${skipped.spec.nodeName}" of pod "${skipped.metadata.name}" is unknown`);
  }

  async #act(service: Service, plan: SlicePlan, triggerMs: number | undefined, turn: Turn): Promise<void> {
    const slices = turn.client.of(endpointSlices);
    try {
      for (const content of plan.create)
        await slices.create(newSlice(service, content, triggerMs), turn.signal);
      for (const slice of plan.update) await slices.update(triggered(slice, triggerMs), turn.signal);
      for (const slice of plan.delete) await slices.delete(keyOf(slice), turn.signal).catch(ignoreNotFound);
    } catch (error) {
      if (isNamespaceEnding(error)) return;
      if (!turn.signal.aborted && !isStatus(error, "Conflict")) {
        const message = `Error updating Endpoint Slices for Service ${keyText(keyOf(service))}: ${String(error)}`;
        this.#deps.events.record(service, "Warning", "FailedToUpdateEndpointSlices", message);
      }
      throw error;
    }
  }
}

function newSlice(service: Service, content: SliceContent, triggerMs: number | undefined) {
  const { name, namespace } = service.metadata;
  return {
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: labelsOf(service),
      ...(triggerMs === undefined ? {} : { annotations: { [TRIGGER_TIME]: rfc3339(triggerMs) } }),
      ownerReferences: [controllerReference(service)],
    },
    ...content,
  };
}

/** Without a trigger the old annotation goes: this update answers nothing that is timed. */
function triggered(slice: EndpointSlice, triggerMs: number | undefined): EndpointSlice {
  const { [TRIGGER_TIME]: _, ...annotations } = slice.metadata.annotations ?? {};
  const stamp = triggerMs === undefined ? {} : { [TRIGGER_TIME]: rfc3339(triggerMs) };
  return { ...slice, metadata: { ...slice.metadata, annotations: { ...annotations, ...stamp } } };
}

function labelsOf(service: Service): Record<string, string> {
  return {
    ...service.metadata.labels,
    ...(isHeadless(service) ? { [HEADLESS_LABEL]: "" } : {}),
    [SERVICE_NAME]: service.metadata.name ?? "",
    [MANAGED_BY]: MANAGER,
  };
}

function isOwn(slice: EndpointSlice): boolean {
  return slice.metadata.labels?.[MANAGED_BY] === MANAGER;
}

function serviceKey(slice: EndpointSlice): string {
  return keyText({ namespace: slice.metadata.namespace, name: slice.metadata.labels?.[SERVICE_NAME] ?? "" });
}

function serviceOfSlice({ previous, current }: Change<EndpointSlice>): readonly string[] {
  const own = [previous, current].filter((slice) => slice !== undefined && isOwn(slice));
  return own.map((slice) => (slice === undefined ? "" : serviceKey(slice)));
}

export const endpointSliceController: ControllerDefinition = {
  name: "endpointslice-controller",
  user: "endpointslice-controller",
  workers: 5,
  create: (_env: Env, deps) => new EndpointSliceController(deps),
};
