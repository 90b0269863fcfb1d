/**
 * Component statuses: a deprecated view of the control plane. There is nothing to see, and the list says
 * so.
 */
import { notFound } from "#api";
import { listOptions } from "../registry/list-options.ts";
import { selectionOf } from "../registry/list.ts";
import type { Behaviour } from "./behaviour.ts";

export const componentStatuses: Behaviour = {
  actions: {
    "": {
      async list(registry, request) {
        const { resource, info } = request;
        listOptions(info.query);
        selectionOf(registry, request);
        const page = {
          records: [],
          revision: undefined,
          continueToken: undefined,
          remaining: undefined,
        };
        return { type: "list", resource, page };
      },
      async get(_registry, request) {
        throw notFound(request.resource, request.info.name);
      },
    },
  },
};
