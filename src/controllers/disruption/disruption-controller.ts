/** Keeps the status of PodDisruptionBudgets, by which the API server grants or refuses evictions. */
import { labelSelector, type Pod, type PodDisruptionBudget, podDisruptionBudgets, pods, same } from "#api";
import type { Env } from "#base";
import { type Change, type Informer, keyOf, keyText, parseKey } from "#client";
import {
  type Controller,
  type ControllerDefinition,
  type ControllerDeps,
  type Turn,
  watchInto,
} from "../controller.ts";
import { isReady } from "../workloads/pod-state.ts";
import { budgetState, expectationOf, failedState, needsScale } from "./budget.ts";
import { NoScaleError, Scales } from "./scales.ts";

class DisruptionController implements Controller {
  readonly #env: Env;
  readonly #deps: ControllerDeps;
  readonly #budgets: Informer<PodDisruptionBudget>;
  readonly #pods: Informer<Pod>;
  readonly #scales: Scales;

  constructor(env: Env, deps: ControllerDeps) {
    this.#env = env;
    this.#deps = deps;
    this.#budgets = watchInto(deps, podDisruptionBudgets);
    this.#pods = watchInto(deps, pods, (change) => this.#budgetsOf(change));
    this.#scales = new Scales(deps.informers);
  }

  async reconcile(key: string, turn: Turn): Promise<void> {
    const budget = this.#budgets.lister.get(parseKey(key));
    if (budget === undefined) return;
    const selected = this.#podsOf(budget);
    if (selected.length === 0) this.#deps.events.record(budget, "Normal", "NoPods", "No matching pods found");
    try {
      const scale = needsScale(budget) ? await this.#scales.total(selected, turn) : 0;
      const expectation = expectationOf(budget, selected.length, scale);
      const state = budgetState(budget, selected, expectation, this.#env.clock.now());
      for (const pod of state.notDeleted) {
        this.#deps.events.record(
          pod,
          "Warning",
          "NotDeleted",
          `Pod was expected by PDB ${key} to be deleted but it wasn't`,
        );
      }
      if (state.againMs !== undefined) turn.again(state.againMs);
      await this.#write(budget, state.status, turn);
    } catch (error) {
      if (!(error instanceof NoScaleError)) throw error;
      const message = `Failed to calculate the number of expected pods: ${error.message}`;
      this.#deps.events.record(budget, "Warning", "CalculateExpectedPodCountFailed", message);
      await this.#write(budget, failedState(budget, error.message, this.#env.clock.now()), turn);
      throw error;
    }
  }

  async #write(
    budget: PodDisruptionBudget,
    status: PodDisruptionBudget["status"],
    turn: Turn,
  ): Promise<void> {
    if (same(status, budget.status)) return;
    const client = turn.client.of(podDisruptionBudgets);
    await client.update({ ...budget, status }, turn.signal, { subresource: "status" });
  }

  #podsOf(budget: PodDisruptionBudget): readonly Pod[] {
    const matcher = labelSelector(budget.spec.selector);
    const all = this.#pods.lister.list(budget.metadata.namespace);
    return all.filter(({ metadata }) => matcher.matches(metadata.labels ?? {}));
  }

  #budgetsOf({ previous, current }: Change<Pod>): readonly string[] {
    if (previous !== undefined && current !== undefined && concern(previous) === concern(current)) return [];
    const versions = [previous, current].filter((pod) => pod !== undefined);
    return this.#budgets.lister
      .list(versions[0]?.metadata.namespace)
      .filter(({ spec }) => {
        const matcher = labelSelector(spec.selector);
        return versions.some(({ metadata }) => matcher.matches(metadata.labels ?? {}));
      })
      .map((budget) => keyText(keyOf(budget)));
  }
}

/** What of a pod a budget looks at. */
function concern(pod: Pod): string {
  const { labels, deletionTimestamp, ownerReferences } = pod.metadata;
  return JSON.stringify([labels, deletionTimestamp !== undefined, isReady(pod), ownerReferences]);
}

export const disruptionController: ControllerDefinition = {
  name: "disruption-controller",
  user: "disruption-controller",
  workers: 5,
  create: (env, deps) => new DisruptionController(env, deps),
};
