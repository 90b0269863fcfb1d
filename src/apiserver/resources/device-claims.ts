/** Claims to devices, and their templates: access as an administrator is for namespaces that are labelled for it. */
import { FieldErrors, invalid, type KubeObject, type resource } from "#api";
import { keyOf } from "../registry/keys.ts";
import { NOTHING_EXTRA } from "../registry/registry.ts";
import type { Behaviour } from "./behaviour.ts";

const label = "resource.kubernetes.io/admin-access";

/** `claimOf` finds a claim's spec in the object. */
function behaviour(claimOf: (draft: KubeObject) => resource.ResourceClaimSpec): Behaviour {
  return {
    onCreate(draft, { registry, request, seen }) {
      const { requests } = claimOf(draft).devices;
      if (!requests?.some((one) => one.exactly?.adminAccess)) return NOTHING_EXTRA;
      const namespaces = registry.catalog.of("", "namespaces");
      const record = seen.read(keyOf(namespaces, "", draft.metadata.namespace ?? ""));
      const namespace = record && registry.records.object(namespaces, record);
      if (namespace?.metadata.labels?.[label] === "true") return NOTHING_EXTRA;
      const errors = new FieldErrors();
      errors.forbidden("", `admin access to devices requires the \`${label}: true\` label on the namespace`);
      throw invalid(request.resource, draft.metadata.name ?? "", errors);
    },
  };
}

interface Claim {
  readonly spec: resource.ResourceClaimSpec;
}

export const resourceClaims = behaviour((draft) => (draft as unknown as Claim).spec);
export const resourceClaimTemplates = behaviour(
  (draft) => (draft as unknown as { readonly spec: Claim }).spec.spec,
);
