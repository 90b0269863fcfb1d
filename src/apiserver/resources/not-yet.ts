/** Subresources that a node serves: only real nodes can, and this server reaches none yet. */
import { StatusError, notFound } from "#api";
import type { Action } from "./behaviour.ts";

export const needsNode: Action = async (registry, request) => {
  const { resource, info } = request;
  const { group, plural, namespace, name, subresource } = info;
  if (registry.objects.get(group, plural, namespace, name) === undefined) throw notFound(resource, name);
  const object = `${plural} "${name}"`;
  throw new StatusError(
    501,
    "",
    `Cannot serve ${subresource} of ${object}: virtual nodes run no containers, and no real node can be reached yet`,
  );
};
