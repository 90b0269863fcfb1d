/** Subresources that need a node behind them: they name themselves until nodes are reachable. */
import { StatusError } from "#api";
import type { Action } from "./behaviour.ts";

export const needsNode: Action = async (_registry, request) => {
  const { plural, subresource } = request.info;
  throw new StatusError(501, "", `${plural}/${subresource} is not served by this server`);
};
