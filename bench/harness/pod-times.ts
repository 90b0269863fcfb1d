/** When pods become Ready, by one watch for all: many would be a load of their own. */
import { type Access, watch } from "../../test/testing/api-call.ts";
import { hasCondition, type Seen } from "../../test/testing/await-objects.ts";

export class PodTimes implements Disposable {
  readonly #readyAt = new Map<string, number>();
  readonly #watching: { close(): void };
  #wake: () => void = () => {};

  constructor(access: Access, path: string) {
    this.#watching = watch(access, `${path}?watch=1`, ({ object }) => {
      const pod = object as unknown as Seen;
      const { name } = pod.metadata;
      if (!hasCondition(pod, "Ready") || this.#readyAt.has(name)) return;
      this.#readyAt.set(name, performance.now());
      this.#wake();
    });
  }

  /** When each was Ready, in the order of the names; resolves with the last. */
  async ready(names: readonly string[]): Promise<readonly number[]> {
    while (!names.every((name) => this.#readyAt.has(name)))
      await new Promise<void>((resolve) => (this.#wake = resolve));
    return names.map((name) => this.#readyAt.get(name) ?? Number.NaN);
  }

  [Symbol.dispose](): void {
    this.#watching.close();
  }
}
