/**
 * Nobody gives away what he has not: writing a role takes its rules or the `escalate` verb on it, and
 * writing a binding takes the rules of its role or the `bind` verb on that.
 */
import { type KubeObject, StatusError, forbidden, same } from "#api";
import type { AuthorizerChain } from "../authz/chain.ts";
import type { RbacAuthorizer } from "../authz/rbac.ts";
import { type PolicyRule, uncovered } from "../authz/rules.ts";
import type { Attributes } from "../authz/attributes.ts";
import { MASTERS } from "../user.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./admission.ts";

const GROUP = "rbac.authorization.k8s.io";

interface RoleObject extends KubeObject {
  readonly rules?: readonly PolicyRule[] | null;
  readonly aggregationRule?: unknown;
}
interface BindingObject extends KubeObject {
  readonly subjects?: unknown;
  readonly roleRef: { readonly kind: string; readonly name: string };
}

/** In process, the server itself writes policy as `system:masters`. */
export function rbacEscalation(rbac: RbacAuthorizer, authorizers: AuthorizerChain): AdmissionPlugin {
  function may(request: AdmissionRequest, verb: string, plural: string, name: string): boolean {
    const { user, namespace } = request;
    const attributes: Attributes = {
      user,
      verb,
      isResource: true,
      group: GROUP,
      version: "v1",
      plural,
      subresource: "",
      namespace,
      name,
      path: "",
      fieldSelector: "",
    };
    return authorizers.authorize(attributes).allowed;
  }
  function checkRole(request: AdmissionRequest): void {
    const { user, namespace, resource, name } = request;
    const role = request.object as RoleObject;
    const old = request.old as RoleObject | undefined;
    const isSame =
      old !== undefined && same(old.rules, role.rules) && same(old.aggregationRule, role.aggregationRule);
    if (isSame || may(request, "escalate", resource.plural, name)) return;
    const wanted =
      role.aggregationRule === undefined
        ? (role.rules ?? [])
        : [ALL_RESOURCES, ALL_PATHS, ...(role.rules ?? [])];
    const missing = uncovered(rbac.rulesOf(user, namespace), wanted);
    if (missing.length > 0) throw refused(request, missing);
  }
  function checkBinding(request: AdmissionRequest): void {
    const { user, namespace } = request;
    const binding = request.object as BindingObject;
    const old = request.old as BindingObject | undefined;
    if (old !== undefined && same(old.subjects, binding.subjects) && same(old.roleRef, binding.roleRef))
      return;
    const plural = binding.roleRef.kind === "ClusterRole" ? "clusterroles" : "roles";
    if (may(request, "bind", plural, binding.roleRef.name)) return;
    const rules = rbac.rulesOfRole(binding.roleRef, namespace);
    if (rules === undefined) {
      throw new StatusError(404, "NotFound", `${plural}.${GROUP} "${binding.roleRef.name}" not found`, {
        name: binding.roleRef.name,
        group: GROUP,
        kind: plural,
      });
    }
    const missing = uncovered(rbac.rulesOf(user, namespace), rules);
    if (missing.length > 0) throw refused(request, missing);
  }
  return {
    operations: ["CREATE", "UPDATE"],
    resources: ["roles", "clusterroles", "rolebindings", "clusterrolebindings"].map(
      (plural) => `${plural}.${GROUP}`,
    ),
    validate(request) {
      if (request.user.groups.includes(MASTERS)) return;
      if (request.resource.plural.endsWith("bindings")) checkBinding(request);
      else checkRole(request);
    },
  };
}

const ALL_RESOURCES: PolicyRule = { verbs: ["*"], apiGroups: ["*"], resources: ["*"] };
const ALL_PATHS: PolicyRule = { verbs: ["*"], nonResourceURLs: ["*"] };

function refused({ user, resource, name }: AdmissionRequest, missing: readonly PolicyRule[]): StatusError {
  const who = `user ${JSON.stringify(user.name)} (groups=${JSON.stringify(user.groups)})`;
  const rules = missing.map((rule) => JSON.stringify(rule)).join("\n");
  return forbidden(
    resource,
    name,
    `${who} is attempting to grant RBAC permissions not currently held:\n${rules}`,
  );
}
