/** Routes an admitted resource request to its verb, action or object subresource. */
import { StatusError, methodNotAllowed, type Resource } from "#api";
import type { Answer } from "./call.ts";
import type { Admitted } from "./gate.ts";
import type { Negotiator, Use } from "./negotiate.ts";
import { create } from "./registry/create.ts";
import { deleteCollection } from "./registry/delete-collection.ts";
import { remove } from "./registry/delete.ts";
import { get } from "./registry/get.ts";
import { list } from "./registry/list.ts";
import type { Outcome } from "./registry/outcome.ts";
import { patch } from "./registry/patch.ts";
import type { Registry } from "./registry/registry.ts";
import { type ResourceRequest, Warnings } from "./registry/resource-request.ts";
import { getScale, patchScale, updateScale } from "./registry/scale.ts";
import { qualifiedPlural } from "./registry/target.ts";
import { update } from "./registry/update.ts";
import { watch } from "./registry/watch.ts";
import type { Action } from "./resources/behaviour.ts";
import type { ServerServices } from "./resources/server-services.ts";
import type { Responder } from "./responder.ts";

type VerbFunction = (registry: Registry, request: ResourceRequest) => Promise<Outcome>;

const VERBS: Readonly<Record<string, VerbFunction>> = {
  create,
  get,
  list,
  watch,
  update,
  patch,
  delete: remove,
  deletecollection: deleteCollection,
};
const SCALE: Readonly<Record<string, VerbFunction>> = {
  get: getScale,
  update: updateScale,
  patch: patchScale,
};
/** Verbs that are about one object, whose name is on the path. */
const NAMES_OBJECT = new Set(["update", "patch"]);
const SHOWS_OBJECTS = new Set(["get", "list", "create", "update", "patch"]);

export interface ResourceHandlerDeps {
  readonly registry: Registry;
  readonly responder: Responder;
  readonly negotiator: Negotiator;
  readonly services: ServerServices;
}

/** Undefined when no such resource is served. */
export async function handleResource(
  deps: ResourceHandlerDeps,
  admitted: Admitted,
): Promise<Answer | undefined> {
  const { call, info, user, now } = admitted;
  const resource = deps.registry.catalog.lookup(info.group, info.version, info.plural);
  if (resource === undefined) return undefined;
  if (info.namespace !== "" && !resource.namespaced && info.plural !== "namespaces") return undefined;
  const { registry, services } = deps;
  const connect = registry.behaviours.get(qualifiedPlural(resource))?.connects?.[info.subresource];
  if (connect === undefined && call.method === "HEAD") throw methodNotAllowed();
  const run =
    connect === undefined
      ? route(deps, resource, admitted)
      : (one: ResourceRequest) => connect(registry, one, services);
  const encoding =
    connect === undefined
      ? deps.negotiator.encoding(call, useOf(info.verb))
      : deps.negotiator.preferred(call);
  const warnings = new Warnings();
  if (resource.deprecation !== undefined) warnings.add(resource.deprecation);
  const request: ResourceRequest = { call, info, resource, user, now, warnings };
  const outcome = await run(request);
  const answer = await deps.responder.answer(request, outcome, encoding);
  const { texts } = warnings;
  if (texts.length === 0) return answer;
  const header = texts.map((text) => `299 - ${JSON.stringify(text)}`).join(", ");
  return { ...answer, headers: { ...answer.headers, warning: header } };
}

function useOf(verb: string): Use {
  if (verb === "watch") return "stream";
  return SHOWS_OBJECTS.has(verb) ? "object" : "plain";
}

function route(
  deps: ResourceHandlerDeps,
  resource: Resource,
  { info }: Admitted,
): (request: ResourceRequest) => Promise<Outcome> {
  const { registry, services } = deps;
  // Upstream has no such path, and of all namespaces at once one can only list and watch.
  const isOfAll = resource.namespaced && info.namespace === "" && needsNamespace(info.verb);
  if (isOfAll && info.name !== "" && info.verb !== "deletecollection") throw unknown();
  const behaviour = registry.behaviours.get(qualifiedPlural(resource));
  const actions = behaviour?.actions?.[info.subresource];
  const action: Action | undefined = actions?.[info.verb];
  if (action !== undefined) return (request) => action(registry, request, services);
  if (resource.storage === undefined)
    throw actions === undefined && info.subresource !== "" ? unknown() : methodNotAllowed();
  const verb = verbOf(resource, info.verb, info.subresource);
  if (isOfAll) throw methodNotAllowed();
  if (info.name === "" && NAMES_OBJECT.has(info.verb)) throw methodNotAllowed();
  return (request) => verb(registry, request);
}

function verbOf(resource: Resource, verb: string, subresource: string): VerbFunction {
  if (subresource === "") {
    const found = (resource.verbs as readonly string[]).includes(verb) ? VERBS[verb] : undefined;
    if (found === undefined) throw methodNotAllowed();
    return found;
  }
  if (subresource === "scale" && resource.scale !== undefined) return SCALE[verb] ?? refuseMethod();
  const own = subresource === "status" ? resource.status : resource.objectSubresources?.[subresource];
  if (own === undefined) throw resource.actions?.[subresource] === undefined ? unknown() : methodNotAllowed();
  const isServed = (own.verbs as readonly string[]).includes(verb);
  return (isServed ? VERBS[verb] : undefined) ?? refuseMethod();
}

function refuseMethod(): never {
  throw methodNotAllowed();
}

function unknown(): StatusError {
  return new StatusError(404, "NotFound", "the server could not find the requested resource", {});
}

function needsNamespace(verb: string): boolean {
  return verb !== "list" && verb !== "watch";
}
