/** Component statuses: a deprecated view of the control plane. There is nothing to see, and the list says so. */
import { notFound } from "#api";
import { plain } from "../registry/outcome.ts";
import type { Behaviour } from "./behaviour.ts";

export const componentStatuses: Behaviour = {
  actions: {
    "": {
      async list(registry, request) {
        request.warnings.add("v1 ComponentStatus is deprecated in v1.19+");
        const metadata = { resourceVersion: String(registry.store.revision) };
        return plain(request.resource, {
          kind: "ComponentStatusList",
          apiVersion: "v1",
          metadata,
          items: [],
        });
      },
      async get(_registry, request) {
        throw notFound(request.resource, request.info.name);
      },
    },
  },
};
