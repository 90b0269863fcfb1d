/** Role: rules for one namespace. */
import { pathSegmentName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { Role } from "../../types/rbac/mod.ts";
import { validateRole } from "../../types/rbac/role-validation.ts";
import { createdAt, name } from "../columns.ts";
import { define } from "../define.ts";

export const roles: Resource<Role> = define({
  type: Role,
  plural: "roles",
  namespaced: true,
  strategy: {
    name: pathSegmentName,
    allowCreateOnUpdate: true,
    rereads: true,
    metadataOnUpdate: ["whole", "changes"],
    validateCreate: validateRole,
    validateUpdate: (object, _old, errors) => validateRole(object, errors),
  },
  columns: [name, createdAt],
});
