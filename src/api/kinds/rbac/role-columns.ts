/** Cells of both kinds of role binding. */
import type { Column } from "../../resource.ts";
import type { ClusterRoleBinding, RoleBinding } from "../../types/rbac/mod.ts";
import { age, name, text, wide } from "../columns.ts";

type Binding = RoleBinding | ClusterRoleBinding;

function subjects({ subjects: all }: Binding, kind: string): string {
  return (all ?? [])
    .filter((subject) => subject.kind === kind)
    .map((subject) =>
      kind === "ServiceAccount" ? `${subject.namespace ?? ""}/${subject.name}` : subject.name,
    )
    .join(", ");
}

export const bindingColumns: readonly Column<Binding>[] = [
  name,
  text("Role", ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  age,
  wide("Users", (object) => subjects(object, "User")),
  wide("Groups", (object) => subjects(object, "Group")),
  wide("ServiceAccounts", (object) => subjects(object, "ServiceAccount")),
];
