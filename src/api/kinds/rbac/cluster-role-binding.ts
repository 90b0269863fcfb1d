/** ClusterRoleBinding: gives a ClusterRole to subjects everywhere. */
import { pathSegmentName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { ClusterRoleBinding } from "../../types/rbac/mod.ts";
import {
  validateClusterRoleBinding,
  validateRoleRefUnchanged,
} from "../../types/rbac/role-binding-validation.ts";
import { define } from "../define.ts";
import { bindingColumns } from "./role-columns.ts";

export const clusterRoleBindings: Resource<ClusterRoleBinding> = define({
  type: ClusterRoleBinding,
  plural: "clusterrolebindings",
  namespaced: false,
  strategy: {
    name: pathSegmentName,
    allowCreateOnUpdate: true,
    rereads: true,
    metadataOnUpdate: ["whole", "changes"],
    validateCreate: validateClusterRoleBinding,
    validateUpdate(object, old, errors) {
      validateClusterRoleBinding(object, errors);
      validateRoleRefUnchanged(object, old, errors);
    },
  },
  columns: bindingColumns,
});
