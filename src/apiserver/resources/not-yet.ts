/** Proxies to the ports of pods and services: this server has no way into the pods' network yet. */
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
    `Cannot serve ${subresource} of ${object}: this server cannot reach the network of pods yet; use a forwarded port`,
  );
};
