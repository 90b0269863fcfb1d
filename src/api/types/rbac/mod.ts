/** The types of rbac.authorization.k8s.io/v1: each name is a type and its table. */
export {
  AggregationRule,
  ClusterRole,
  ClusterRoleBinding,
  ClusterRoleBindingList,
  ClusterRoleList,
  PolicyRule,
  Role,
  RoleBinding,
  RoleBindingList,
  RoleList,
  RoleRef,
  Subject,
} from "./role.ts";
