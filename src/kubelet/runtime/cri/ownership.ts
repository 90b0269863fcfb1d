/**
 * Whose sandboxes and containers are, in a runtime that others use too: ours carry a label that goes in with each
 * configuration and filter, and that nobody above sees.
 */
import { ownerLabel } from "../labels.ts";
import type { RuntimeFilter, StringMap } from "../runtime.ts";

interface Labelled {
  readonly labels: StringMap;
}

/** Without an owner everything is ours. */
export class Ownership {
  readonly #labels: StringMap;

  constructor(owner: string | undefined) {
    this.#labels = owner === undefined ? {} : { [ownerLabel]: owner };
  }

  /** A configuration of ours. */
  mark<T extends Labelled>(config: T): T {
    return { ...config, labels: { ...config.labels, ...this.#labels } };
  }

  /** A filter that finds only ours. */
  filter<T extends RuntimeFilter>(filter: T): T {
    return { ...filter, labels: { ...filter.labels, ...this.#labels } };
  }

  holds(labels: StringMap): boolean {
    return labels[ownerLabel] === this.#labels[ownerLabel];
  }

  /** As it was given, without whose it is. */
  plain<T extends Labelled>(one: T): T {
    if (this.#labels[ownerLabel] === undefined) return one;
    const { [ownerLabel]: _, ...labels } = one.labels;
    return { ...one, labels };
  }
}
