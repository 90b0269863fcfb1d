/** When pods become Ready and when they are gone, by one watch for all: many would be a load of their own. */
import { type Access, watch } from "../../test/testing/api-call.ts";
import { hasCondition, type Seen } from "../../test/testing/await-objects.ts";

export class PodTimes implements Disposable {
  readonly #readyAt = new Map<string, number>();
  readonly #gone = new Set<string>();
  readonly #watching: { close(): void };
  #wake: () => void = () => {};

  constructor(access: Access, path: string) {
    this.#watching = watch(access, `${path}?watch=1`, ({ type, object }) => {
      const pod = object as unknown as Seen;
      const { name } = pod.metadata;
      if (type === "DELETED") this.#gone.add(name);
      else if (hasCondition(pod, "Ready") && !this.#readyAt.has(name))
        this.#readyAt.set(name, performance.now());
      this.#wake();
    });
  }

  /** When each was Ready, in the order of the names; resolves with the last. */
  async ready(names: readonly string[]): Promise<readonly number[]> {
    await this.#until(() => names.every((name) => this.#readyAt.has(name)));
    return names.map((name) => this.#readyAt.get(name) ?? Number.NaN);
  }

  async gone(names: readonly string[]): Promise<void> {
    await this.#until(() => names.every((name) => this.#gone.has(name)));
  }

  [Symbol.dispose](): void {
    this.#watching.close();
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}
