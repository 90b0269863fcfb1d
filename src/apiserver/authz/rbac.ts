/**
 * The RBAC authorizer. Roles and bindings are indexed by subject and kept current from the store's cursors,
 * which are drained synchronously before each decision: a decision is never older than the store's head.
 * Decisions are cached until the next change of policy.
 */
import type { KubeObject, Resource } from "#api";
import type { Store, StoredRecord } from "#store";
import type { Catalog } from "../catalog.ts";
import { DECISION_CACHE } from "../limits.ts";
import { rangeOf } from "../registry/keys.ts";
import type { Records } from "../registry/records.ts";
import { type User, serviceAccountUser } from "../user.ts";
import type { Attributes, Authorizer, Decision } from "./attributes.ts";
import { type Change, Follower } from "./follower.ts";
import { type PolicyRule, ruleAllows } from "./rules.ts";

interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}
interface RoleObject extends KubeObject {
  readonly rules?: readonly PolicyRule[] | null;
}
interface BindingObject extends KubeObject {
  readonly subjects?: readonly Subject[] | null;
  readonly roleRef: { readonly kind: string; readonly name: string };
}
interface Binding {
  /** `""` for a ClusterRoleBinding. */
  readonly namespace: string;
  readonly name: string;
  /** `namespace/name` of the role; the namespace is empty for a ClusterRole. */
  readonly role: string;
  readonly subjects: readonly string[];
}

const GROUP = "rbac.authorization.k8s.io";
const ALLOWED_BY_RULE = "RBAC";

export class RbacAuthorizer implements Authorizer {
  readonly #records: Records;
  readonly #followers: readonly Follower[];
  readonly #roles = new Map<string, readonly PolicyRule[]>();
  readonly #bindings = new Map<string, Binding>();
  /** Subject, then namespace (`""` for everywhere), then bindings by key. */
  readonly #bySubject = new Map<string, Map<string, Map<string, Binding>>>();
  readonly #decisions = new Map<string, Decision>();
  readonly #userKeys = new WeakMap<User, string>();

  constructor(store: Store, records: Records, catalog: Catalog) {
    this.#records = records;
    this.#followers = ["roles", "clusterroles", "rolebindings", "clusterrolebindings"].map((plural) => {
      const resource = catalog.of(GROUP, plural);
      const apply = ({ type, record }: Change): void => this.#apply(resource, record, type === "put");
      return new Follower(store, rangeOf(resource, ""), apply, () => this.start());
    });
  }

  /** Reads the whole policy at the head and follows it from there. */
  start(): void {
    this.stop();
    for (const follower of this.#followers) follower.start();
  }

  stop(): void {
    for (const follower of this.#followers) follower.stop();
    this.#roles.clear();
    this.#bindings.clear();
    this.#bySubject.clear();
    this.#decisions.clear();
  }

  /** By the rules that name no objects first, so that one decision serves every object; then by all. */
  authorize(attributes: Attributes): Decision | undefined {
    this.#catchUp();
    const key = this.#decisionKey(attributes);
    const general = this.#decisions.get(key) ?? this.#decide(key, attributes, namesNothing);
    if (general.allowed) return general;
    const named = `${key}\0${attributes.name}`;
    const decision = this.#decisions.get(named) ?? this.#decide(named, attributes, () => true);
    return decision.allowed ? decision : undefined;
  }

  /** Every rule that binds the user at the cluster scope and in `namespace`. */
  rulesOf(user: User, namespace: string): readonly PolicyRule[] {
    this.#catchUp();
    const rules: PolicyRule[] = [];
    for (const binding of this.#bindingsOf(user, namespace))
      rules.push(...(this.#roles.get(binding.role) ?? []));
    return rules;
  }

  /**
   * The rules of a role by reference from a binding in `namespace`, or undefined when there is no such
   * role.
   */
  rulesOfRole(
    roleRef: { readonly kind: string; readonly name: string },
    namespace: string,
  ): readonly PolicyRule[] | undefined {
    this.#catchUp();
    return this.#roles.get(roleKey(roleRef, namespace));
  }

  #decide(key: string, attributes: Attributes, counts: (rule: PolicyRule) => boolean): Decision {
    const decision = this.#firstThatAllows(attributes, counts);
    if (this.#decisions.size >= DECISION_CACHE) this.#decisions.clear();
    this.#decisions.set(key, decision);
    return decision;
  }

  #firstThatAllows(attributes: Attributes, counts: (rule: PolicyRule) => boolean): Decision {
    for (const binding of this.#bindingsOf(attributes.user, attributes.namespace)) {
      for (const rule of this.#roles.get(binding.role) ?? []) {
        if (counts(rule) && ruleAllows(rule, attributes))
          return { allowed: true, reason: allowedBy(binding, attributes.user) };
      }
    }
    return { allowed: false, reason: "" };
  }

  *#bindingsOf(user: User, namespace: string): Iterable<Binding> {
    for (const subject of subjectsOf(user)) {
      const scopes = this.#bySubject.get(subject);
      if (scopes === undefined) continue;
      yield* scopes.get("")?.values() ?? [];
      if (namespace !== "") yield* scopes.get(namespace)?.values() ?? [];
    }
  }

  #catchUp(): void {
    for (const follower of this.#followers) follower.catchUp();
  }

  #apply(resource: Resource, record: StoredRecord, present: boolean): void {
    this.#decisions.clear();
    if (resource.kind === "Role" || resource.kind === "ClusterRole") {
      const key = `${record.index.namespace}/${record.index.name}`;
      if (!present) this.#roles.delete(key);
      else this.#roles.set(key, (this.#records.object(resource, record) as RoleObject).rules ?? []);
      return;
    }
    this.#unbind(record.key);
    if (!present) return;
    const object = this.#records.object(resource, record) as BindingObject;
    this.#bind(record.key, {
      namespace: record.index.namespace,
      name: record.index.name,
      role: roleKey(object.roleRef, record.index.namespace),
      subjects: (object.subjects ?? []).map((subject) => subjectKey(subject, record.index.namespace)),
    });
  }

  #bind(key: string, binding: Binding): void {
    this.#bindings.set(key, binding);
    for (const subject of binding.subjects) {
      const scopes = this.#bySubject.get(subject) ?? new Map<string, Map<string, Binding>>();
      this.#bySubject.set(subject, scopes);
      const scope = scopes.get(binding.namespace) ?? new Map<string, Binding>();
      scopes.set(binding.namespace, scope);
      scope.set(key, binding);
    }
  }

  #unbind(key: string): void {
    const binding = this.#bindings.get(key);
    if (binding === undefined) return;
    this.#bindings.delete(key);
    for (const subject of binding.subjects) this.#bySubject.get(subject)?.get(binding.namespace)?.delete(key);
  }

  /** Without the name. */
  #decisionKey(attributes: Attributes): string {
    let who = this.#userKeys.get(attributes.user);
    if (who === undefined) {
      who = [attributes.user.name, ...attributes.user.groups].join("\n");
      this.#userKeys.set(attributes.user, who);
    }
    if (!attributes.isResource) return `${who}\0${attributes.verb}\0${attributes.path}`;
    const { verb, group, plural, subresource, namespace } = attributes;
    return `${who}\0${verb}\0${group}/${plural}/${subresource}\0${namespace}`;
  }
}

function namesNothing(rule: PolicyRule): boolean {
  return (rule.resourceNames ?? []).length === 0;
}

function allowedBy(binding: Binding, user: User): string {
  const kind = binding.namespace === "" ? "ClusterRoleBinding" : "RoleBinding";
  const where = binding.namespace === "" ? binding.name : `${binding.name}/${binding.namespace}`;
  const [namespace, name] = binding.role.split("/");
  const role = namespace === "" ? `ClusterRole "${name}"` : `Role "${name}/${namespace}"`;
  return `${ALLOWED_BY_RULE}: allowed by ${kind} "${where}" of ${role} to User "${user.name}"`;
}

function roleKey(roleRef: { readonly kind: string; readonly name: string }, namespace: string): string {
  return roleRef.kind === "ClusterRole" ? `/${roleRef.name}` : `${namespace}/${roleRef.name}`;
}

function subjectsOf(user: User): readonly string[] {
  return [`User:${user.name}`, ...user.groups.map((group) => `Group:${group}`)];
}

function subjectKey(subject: Subject, bindingNamespace: string): string {
  if (subject.kind !== "ServiceAccount") return `${subject.kind}:${subject.name}`;
  return `User:${serviceAccountUser(subject.namespace || bindingNamespace, subject.name).name}`;
}
