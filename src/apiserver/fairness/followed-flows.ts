/** Keeps fairness to what is stored: flow schemas and priority levels, followed and not waited for, as upstream's informers. */
import type { FlowSchema, PriorityLevelConfiguration } from "#api";
import type { Store } from "#store";
import { Follower } from "../authz/follower.ts";
import type { Catalog } from "../catalog.ts";
import { rangeOf } from "../registry/keys.ts";
import type { Objects } from "../registry/objects.ts";
import type { Fairness } from "./fairness.ts";

const GROUP = "flowcontrol.apiserver.k8s.io";
const SCHEMAS = "flowschemas";
const LEVELS = "prioritylevelconfigurations";

export class FollowedFlows {
  readonly #fairness: Fairness;
  readonly #objects: Objects;
  readonly #followers: readonly Follower[];
  #isStarting = false;

  constructor(fairness: Fairness, store: Store, objects: Objects, catalog: Catalog) {
    this.#fairness = fairness;
    this.#objects = objects;
    this.#followers = [SCHEMAS, LEVELS].map((plural) => {
      const range = rangeOf(catalog.of(GROUP, plural), "");
      const changed = (): void => {
        if (!this.#isStarting) this.#configure();
      };
      return new Follower(store, range, changed, () => this.start());
    });
  }

  start(): void {
    this.#isStarting = true;
    for (const follower of this.#followers) follower.start();
    this.#isStarting = false;
    this.#configure();
  }

  stop(): void {
    for (const follower of this.#followers) follower.stop();
  }

  #configure(): void {
    this.#fairness.configure(
      [...this.#objects.list<FlowSchema>(GROUP, SCHEMAS)],
      [...this.#objects.list<PriorityLevelConfiguration>(GROUP, LEVELS)],
    );
  }
}
