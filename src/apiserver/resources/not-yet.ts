/** Subresources that need a node behind them: they name themselves until nodes are reachable. */
import { StatusError, notFound } from "#api";
import type { Action } from "./behaviour.ts";

export const needsNode: Action = async (registry, request) => {
  const { resource, info } = request;
  if (registry.objects.get(info.group, info.plural, info.namespace, info.name) === undefined) {
    throw notFound(resource, info.name);
  }
  const { plural, subresource } = info;
  throw new StatusError(501, "", `${plural}/${subresource} is not served by this server`);
};
