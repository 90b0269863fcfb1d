/** Fills aggregated ClusterRoles with the rules of the roles that they select. */
import { type ClusterRole, clusterRoles, labelSelector, same } from "#api";
import { type Informer, parseKey } from "#client";
import type { Controller, ControllerDefinition, ControllerDeps, Turn } from "../controller.ts";

type Rules = NonNullable<ClusterRole["rules"]>;

class ClusterRoleAggregationController implements Controller {
  readonly #roles: Informer<ClusterRole>;

  constructor(deps: ControllerDeps) {
    this.#roles = deps.informers.of(clusterRoles);
    // Any role may be a part of any aggregate, and aggregates are few.
    this.#roles.onChange(() => {
      for (const role of this.#roles.lister.list()) {
        if (role.aggregationRule !== undefined) deps.queue.add(role.metadata.name ?? "");
      }
    });
  }

  async reconcile(key: string, turn: Turn): Promise<void> {
    const role = this.#roles.lister.get(parseKey(key));
    if (role?.aggregationRule === undefined || role.metadata.deletionTimestamp !== undefined) return;
    const rules = aggregatedRules(role, this.#roles.lister.list());
    if (same(rules, role.rules ?? [])) return;
    await turn.client.of(clusterRoles).update({ ...role, rules }, turn.signal);
  }
}

/** The selected roles' rules, roles by name, each rule once. */
function aggregatedRules(role: ClusterRole, all: readonly ClusterRole[]): Rules {
  const selectors = (role.aggregationRule?.clusterRoleSelectors ?? []).map((selector) =>
    labelSelector(selector),
  );
  const parts = all
    .filter((part) => part.metadata.name !== role.metadata.name)
    .filter((part) => selectors.some((selector) => selector.matches(part.metadata.labels ?? {})))
    .sort((a, b) => ((a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1));
  const rules: Rules = [];
  for (const rule of parts.flatMap((part) => part.rules ?? [])) {
    if (!rules.some((known) => same(known, rule))) rules.push(rule);
  }
  return rules;
}

export const clusterRoleAggregationController: ControllerDefinition = {
  name: "clusterrole-aggregation-controller",
  user: "clusterrole-aggregation-controller",
  workers: 5,
  create: (_env, deps) => new ClusterRoleAggregationController(deps),
};
