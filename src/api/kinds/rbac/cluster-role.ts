/** ClusterRole: rules for the whole cluster, which may gather the rules of others. */
import { pathSegmentName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { ClusterRole } from "../../types/rbac/mod.ts";
import { validateClusterRole } from "../../types/rbac/role-validation.ts";
import { createdAt, name } from "../columns.ts";
import { define } from "../define.ts";

export const clusterRoles: Resource<ClusterRole> = define({
  type: ClusterRole,
  plural: "clusterroles",
  namespaced: false,
  strategy: {
    name: pathSegmentName,
    allowCreateOnUpdate: true,
    rereads: true,
    metadataOnUpdate: ["whole", "changes"],
    validateCreate: validateClusterRole,
    validateUpdate: (object, _old, errors) => validateClusterRole(object, errors),
  },
  columns: [name, createdAt],
});
