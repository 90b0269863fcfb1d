/** Validation of role references and subjects. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { pathSegmentName, subdomainName } from "../../names/object-name.ts";
import { sameOf } from "../../same-of.ts";
import { type ClusterRoleBinding, type RoleBinding, RoleRef, type Subject } from "./role.ts";

const group = "rbac.authorization.k8s.io";

interface Rules {
  readonly roleKinds: readonly string[];
  readonly namespaced: boolean;
}

export function validateRoleBinding(binding: RoleBinding, errors: FieldErrors): void {
  validateBinding(binding, errors, { roleKinds: ["ClusterRole", "Role"], namespaced: true });
}

export function validateClusterRoleBinding(binding: ClusterRoleBinding, errors: FieldErrors): void {
  validateBinding(binding, errors, { roleKinds: ["ClusterRole"], namespaced: false });
}

function validateBinding(binding: RoleBinding | ClusterRoleBinding, errors: FieldErrors, rules: Rules): void {
  validateRoleRef(binding.roleRef, "roleRef", errors, rules);
  for (const [i, subject] of (binding.subjects ?? []).entries()) {
    validateSubject(subject, at("subjects", i), errors, rules);
  }
}

function validateRoleRef(ref: RoleRef, path: string, errors: FieldErrors, rules: Rules): void {
  if (ref.apiGroup !== group) errors.notSupported(at(path, "apiGroup"), ref.apiGroup, [group]);
  if (!rules.roleKinds.includes(ref.kind)) errors.notSupported(at(path, "kind"), ref.kind, rules.roleKinds);
  if (ref.name === "") errors.required(at(path, "name"));
  else errors.invalidEach(at(path, "name"), ref.name, pathSegmentName(ref.name, false));
}

function validateSubject(subject: Subject, path: string, errors: FieldErrors, rules: Rules): void {
  if (subject.name === "") errors.required(at(path, "name"));
  const apiGroup = subject.apiGroup ?? "";
  switch (subject.kind) {
    case "ServiceAccount":
      if (subject.name !== "")
        errors.invalidEach(at(path, "name"), subject.name, subdomainName(subject.name, false));
      if (apiGroup !== "") errors.notSupported(at(path, "apiGroup"), apiGroup, [""]);
      if (!rules.namespaced && !subject.namespace) errors.required(at(path, "namespace"));
      break;
    case "User":
    case "Group":
      if (apiGroup !== group) errors.notSupported(at(path, "apiGroup"), apiGroup, [group]);
      break;
    default:
      errors.notSupported(at(path, "kind"), subject.kind, ["ServiceAccount", "User", "Group"]);
  }
}

/** A binding keeps its role for life, so that nobody gains one by an update. */
export function validateRoleRefUnchanged(
  binding: RoleBinding | ClusterRoleBinding,
  old: RoleBinding | ClusterRoleBinding,
  errors: FieldErrors,
): void {
  if (!sameOf(RoleRef, binding.roleRef, old.roleRef))
    errors.invalid("roleRef", binding.roleRef, "cannot change roleRef");
}
