/**
 * The RBAC policy at start, as upstream reconciles it: roles regain missing rules and bindings missing
 * subjects, extra ones stay, and `autoupdate: "false"` leaves an object alone. Aggregated roles get the
 * rules that their labels select.
 */
import { type KubeObject, labelSelector, type LabelSelectorObject, type Resource, same } from "#api";
import { type PolicyRule, uncovered } from "../authz/rules.ts";
import type { Catalog } from "../catalog.ts";
import { copyOf } from "../registry/plain-data.ts";
import type { OwnCalls } from "./own-calls.ts";

const AUTO_UPDATE = "rbac.authorization.kubernetes.io/autoupdate";
const BOOTSTRAPPING = { "kubernetes.io/bootstrapping": "rbac-defaults" };
const GROUP = "rbac.authorization.k8s.io";

interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string | undefined>>;
}
interface PolicyRole {
  readonly metadata: Metadata;
  readonly rules?: readonly PolicyRule[];
  readonly aggregationRule?: { readonly clusterRoleSelectors: readonly LabelSelectorObject[] };
}
interface PolicyBinding {
  readonly metadata: Metadata;
  readonly roleRef: object;
  readonly subjects?: readonly object[];
}

/** The policy as data: objects without their kinds and marks. */
interface Policy {
  readonly clusterRoles: readonly PolicyRole[];
  readonly clusterRoleBindings: readonly PolicyBinding[];
  readonly roles: readonly PolicyRole[];
  readonly roleBindings: readonly PolicyBinding[];
}

type Role = KubeObject & { rules?: PolicyRule[] | null; aggregationRule?: PolicyRole["aggregationRule"] };
type Binding = KubeObject & { subjects?: object[] | null; roleRef: object };

/** Makes sure that the cluster grants at least what `policy` says. */
export async function reconcilePolicy(calls: OwnCalls, catalog: Catalog, policy: unknown): Promise<void> {
  const { clusterRoles, clusterRoleBindings, roles, roleBindings } = policy as Policy;
  await Promise.all([
    reconcileRoles(calls, catalog.of(GROUP, "clusterroles"), clusterRoles),
    reconcileRoles(calls, catalog.of(GROUP, "roles"), roles),
    reconcileBindings(calls, catalog.of(GROUP, "clusterrolebindings"), clusterRoleBindings),
    reconcileBindings(calls, catalog.of(GROUP, "rolebindings"), roleBindings),
  ]);
}

async function reconcileRoles(
  calls: OwnCalls,
  resource: Resource,
  wanted: readonly PolicyRole[],
): Promise<void> {
  const existing = await calls.list<Role>(resource);
  const all = new Map<
    string,
    { readonly metadata: { readonly labels?: unknown }; readonly rules?: readonly PolicyRule[] | null }
  >(existing);
  for (const role of wanted) {
    const key = `${role.metadata.namespace ?? ""}/${role.metadata.name}`;
    if (!all.has(key)) all.set(key, role);
  }
  await Promise.all(
    wanted.map((role) => {
      const rules = role.aggregationRule === undefined ? (role.rules ?? []) : aggregated(role, all.values());
      const found = existing.get(`${role.metadata.namespace ?? ""}/${role.metadata.name}`);
      return reconcileRole(calls, resource, { ...role, rules }, found);
    }),
  );
}

/** The rules of all roles that the aggregation selects, and what those aggregate in turn. */
function aggregated(
  role: PolicyRole,
  all: Iterable<{
    readonly metadata: { readonly labels?: unknown };
    readonly rules?: readonly PolicyRule[] | null;
    readonly aggregationRule?: unknown;
  }>,
): readonly PolicyRule[] {
  const roles = [...all];
  const selected = new Set<(typeof roles)[number]>();
  const visit = (rule: PolicyRole["aggregationRule"]): void => {
    for (const selector of rule?.clusterRoleSelectors ?? []) {
      const compiled = labelSelector(selector);
      for (const one of roles) {
        const labels = (one.metadata.labels ?? {}) as Record<string, string>;
        if (selected.has(one) || !compiled.matches(labels)) continue;
        selected.add(one);
        visit(one.aggregationRule as PolicyRole["aggregationRule"]);
      }
    }
  };
  visit(role.aggregationRule);
  const rules: PolicyRule[] = [];
  for (const one of selected) {
    for (const rule of one.aggregationRule === undefined ? (one.rules ?? []) : []) {
      if (!rules.some((known) => same(known, rule))) rules.push(rule);
    }
  }
  return rules;
}

async function reconcileRole(
  calls: OwnCalls,
  resource: Resource,
  wanted: PolicyRole,
  found: Role | undefined,
): Promise<void> {
  const metadata = marked(wanted.metadata);
  if (found === undefined) return calls.create(resource, { ...wanted, metadata });
  if (found.metadata.annotations?.[AUTO_UPDATE] === "false") return;
  const missing = uncovered(found.rules ?? [], wanted.rules ?? []);
  const draft = copyOf(found);
  if (missing.length > 0) draft.rules = [...(found.rules ?? []), ...missing];
  mergeMarks(draft, metadata);
  if (!same(draft, found)) await calls.update(resource, draft);
}

async function reconcileBindings(
  calls: OwnCalls,
  resource: Resource,
  wanted: readonly PolicyBinding[],
): Promise<void> {
  const existing = await calls.list<Binding>(resource);
  await Promise.all(
    wanted.map(async (binding) => {
      const metadata = marked(binding.metadata);
      const found = existing.get(`${metadata.namespace ?? ""}/${metadata.name}`);
      if (found === undefined) return calls.create(resource, { ...binding, metadata });
      if (found.metadata.annotations?.[AUTO_UPDATE] === "false") return;
      if (!same(found.roleRef, binding.roleRef)) {
        await calls.delete(resource, found);
        return calls.create(resource, { ...binding, metadata });
      }
      const subjects = found.subjects ?? [];
      const missing = (binding.subjects ?? []).filter((one) => !subjects.some((known) => same(known, one)));
      const draft = copyOf(found);
      if (missing.length > 0) draft.subjects = [...subjects, ...missing];
      mergeMarks(draft, metadata);
      if (!same(draft, found)) await calls.update(resource, draft);
    }),
  );
}

type Marked = Omit<Metadata, "labels"> & {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
};

function marked(metadata: Metadata): Marked {
  const labels = { ...metadata.labels, ...BOOTSTRAPPING } as Record<string, string>;
  return { ...metadata, labels, annotations: { [AUTO_UPDATE]: "true" } };
}

function mergeMarks(draft: KubeObject, metadata: Marked): void {
  draft.metadata.labels = { ...metadata.labels, ...draft.metadata.labels };
  draft.metadata.annotations = { ...metadata.annotations, ...draft.metadata.annotations };
}
