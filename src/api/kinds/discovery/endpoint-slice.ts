/** EndpointSlice: up to a thousand addresses of a service, of one family. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { sameField } from "../../same-of.ts";
import {
  validateEndpointSlice,
  validateEndpointSliceUpdate,
} from "../../types/discovery/endpoint-slice-validation.ts";
import { EndpointSlice } from "../../types/discovery/mod.ts";
import { ObjectMeta } from "../../types/meta/object-meta.ts";
import { age, firstOf, name, text } from "../columns.ts";
import { addressWarning } from "../core/address-warnings.ts";
import { define } from "../define.ts";

/** Whose slices have addresses as programs write them. */
const controllers = ["endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io"];

/** Ports and addresses named in a table row. */
const shown = 3;

export const endpointSlices: Resource<EndpointSlice> = define({
  type: EndpointSlice,
  plural: "endpointslices",
  namespaced: true,
  strategy: {
    name: subdomainName,
    allowCreateOnUpdate: true,
    prepareForCreate(draft) {
      draft.metadata.generation = 1;
      dropTopology(draft, undefined);
    },
    prepareForUpdate(draft, old) {
      const isKept = (["endpoints", "ports", "addressType"] as const).every((field) =>
        sameField(EndpointSlice, field, draft, old),
      );
      if (!isKept || !sameField(ObjectMeta, "labels", draft.metadata, old.metadata))
        draft.metadata.generation = (old.metadata.generation ?? 0) + 1;
      dropTopology(draft, old);
    },
    metadataOnUpdate: ["whole"],
    warnings: sliceWarnings,
    validateCreate: validateEndpointSlice,
    validateUpdate: validateEndpointSliceUpdate,
  },
  columns: [
    name,
    text("AddressType", ({ addressType }) => addressType),
    text(
      "Ports",
      ({ ports }) =>
        firstOf(
          (ports ?? []).map(({ port, name: portName }) =>
            port === undefined ? (portName ?? "*") : String(port),
          ),
          shown,
        ) || "<unset>",
    ),
    text(
      "Endpoints",
      ({ endpoints }) =>
        firstOf(
          (endpoints ?? []).flatMap(({ addresses }) => addresses ?? []),
          shown,
        ) || "<unset>",
    ),
    age,
  ],
});

function sliceWarnings({ metadata, addressType, endpoints }: EndpointSlice): readonly string[] {
  const managedBy = metadata.labels?.["endpointslice.kubernetes.io/managed-by"] ?? "";
  return [
    ...(addressType === "FQDN" ? ["spec.addressType: FQDN endpoints are deprecated"] : []),
    ...(controllers.includes(managedBy) ? [] : (endpoints ?? [])).flatMap(({ addresses }, i) =>
      (addresses ?? []).flatMap((one, j) => addressWarning(one, `endpoints[${i}].addresses[${j}]`)),
    ),
  ];
}

const hostname = "kubernetes.io/hostname";

/** Topology is no note of a writer's own: it goes with the first change, and leaves the node that it has named before. */
function dropTopology(draft: EndpointSlice, old: EndpointSlice | undefined): void {
  if (old !== undefined && sameField(EndpointSlice, "endpoints", draft, old)) return;
  const known = new Set((old?.endpoints ?? []).map((one) => one.deprecatedTopology?.[hostname]));
  for (const endpoint of draft.endpoints ?? []) {
    const name = endpoint.deprecatedTopology?.[hostname];
    delete endpoint.deprecatedTopology;
    if (name !== undefined && known.has(name)) endpoint.nodeName ??= name;
  }
}
