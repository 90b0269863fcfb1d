/** Endpoints: a service's addresses in one object, the older form of EndpointSlice. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { sameField } from "../../same-of.ts";
import { validateEndpoints } from "../../types/core/endpoints-validation.ts";
import { Endpoints } from "../../types/core/mod.ts";
import { age, firstOf, name, text } from "../columns.ts";
import { addressWarning } from "./address-warnings.ts";
import { define } from "../define.ts";

/** Addresses named in a table row. */
const shown = 3;

export const endpoints: Resource<Endpoints> = define({
  type: Endpoints,
  plural: "endpoints",
  namespaced: true,
  shortNames: ["ep"],
  storage: { prefix: "/registry/services/endpoints" },
  strategy: {
    name: subdomainName,
    allowCreateOnUpdate: true,
    warnings: endpointsWarnings,
    metadataOnUpdate: ["changes", "whole"],
    validateCreate: validateEndpoints,
    // Addresses that are there may be older than a rule.
    validateUpdate(object, old, errors) {
      if (!sameField(Endpoints, "subsets", object, old)) validateEndpoints(object, errors);
    },
  },
  deprecation: "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
  columns: [name, text("Endpoints", (object) => endpointsText(object)), age],
});

/** The controller's own have addresses as programs write them. */
function endpointsWarnings({ metadata, subsets }: Endpoints): readonly string[] {
  if (metadata.labels?.["endpoints.kubernetes.io/managed-by"] === "endpoint-controller") return [];
  return (subsets ?? []).flatMap((subset, i) =>
    (["addresses", "notReadyAddresses"] as const).flatMap((list) =>
      (subset[list] ?? []).flatMap(({ ip }, j) => addressWarning(ip, `subsets[${i}].${list}[${j}].ip`)),
    ),
  );
}

/** `10.0.0.1:80,10.0.0.2:80 + 3 more...` */
function endpointsText({ subsets }: Endpoints): string {
  const all: string[] = [];
  for (const { addresses, ports } of subsets ?? []) {
    const ready = addresses ?? [];
    if ((ports ?? []).length === 0) all.push(...ready.map(({ ip }) => ip));
    for (const { port } of ports ?? [])
      all.push(...ready.map(({ ip }) => (ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`)));
  }
  return (subsets ?? []).length === 0 ? "<none>" : firstOf(all, shown);
}
