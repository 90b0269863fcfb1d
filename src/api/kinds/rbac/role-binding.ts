/** RoleBinding: gives a Role, or a ClusterRole within the namespace, to subjects. */
import { pathSegmentName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { RoleBinding } from "../../types/rbac/mod.ts";
import { validateRoleBinding, validateRoleRefUnchanged } from "../../types/rbac/role-binding-validation.ts";
import { define } from "../define.ts";
import { bindingColumns } from "./role-columns.ts";

export const roleBindings: Resource<RoleBinding> = define({
  type: RoleBinding,
  plural: "rolebindings",
  namespaced: true,
  strategy: {
    name: pathSegmentName,
    allowCreateOnUpdate: true,
    rereads: true,
    metadataOnUpdate: ["whole", "changes"],
    validateCreate: validateRoleBinding,
    validateUpdate(object, old, errors) {
      validateRoleBinding(object, errors);
      validateRoleRefUnchanged(object, old, errors);
    },
  },
  columns: bindingColumns,
});
