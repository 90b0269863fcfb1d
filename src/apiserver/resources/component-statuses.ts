/**
 * Component statuses: a deprecated view of the control plane. There is nothing to see, and the list says
 * so.
 */
import { notFound } from "#api";
import type { Behaviour } from "./behaviour.ts";

export const componentStatuses: Behaviour = {
  actions: {
    "": {
      async list({ store }, { resource }) {
        const page = {
          records: [],
          revision: store.revision,
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
