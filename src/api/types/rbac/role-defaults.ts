/** Defaults of references: users and groups are of the RBAC group, service accounts of the core group. */
import type { RoleRef, Subject } from "./role.ts";

const group = "rbac.authorization.k8s.io";

export function defaultRoleRef(ref: RoleRef): void {
  ref.apiGroup ||= group;
}

export function defaultSubject(subject: Subject): void {
  if (subject.kind === "User" || subject.kind === "Group") subject.apiGroup ||= group;
}
