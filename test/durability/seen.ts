/** One watch over all the lives of a server, resumed from the last revision that it has seen: nothing missed, nothing twice. */
import assert from "node:assert/strict";
import { type Access, watch, type WatchLine } from "../testing/api-call.ts";

export class Seen {
  readonly #access: Access;
  readonly #alive = new Map<string, number>();
  /** Revisions of their creation, too. */
  readonly #gone = new Map<string, number>();
  #last = 1;
  #watch: ReturnType<typeof watch> | undefined;
  #wake: (() => void) | undefined;
  /** Events heard. */
  count = 0;

  constructor(access: Access) {
    this.#access = access;
    this.resume();
  }

  resume(): void {
    const query = `watch=1&allowWatchBookmarks=true&resourceVersion=${this.#last}`;
    const path = `/api/v1/namespaces/default/configmaps?${query}`;
    this.#watch = watch(this.#access, path, (event) => this.#hear(event));
  }

  async ended(): Promise<void> {
    await this.#watch?.ended;
  }

  async reaches(revision: number): Promise<void> {
    while (this.#last < revision) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  /** Everything acknowledged was heard of, at its revision. */
  assertHas(acknowledged: readonly { readonly name: string; readonly revision: number }[]): void {
    for (const { name, revision } of acknowledged)
      assert.equal(this.#alive.get(name) ?? this.#gone.get(name), revision, `watch of ${name}`);
  }

  assertGone(gone: ReadonlySet<string>): void {
    for (const name of gone) if (this.#alive.has(name)) assert.fail(`the watch has no end of ${name}`);
  }

  close(): void {
    this.#watch?.close();
  }

  #hear({ type, object }: WatchLine): void {
    assert.notEqual(type, "ERROR", JSON.stringify(object));
    const { name = "", resourceVersion } = object.metadata;
    const revision = Number(resourceVersion);
    assert.ok(revision > this.#last || type === "BOOKMARK", `revision ${revision} after ${this.#last}`);
    this.#last = Math.max(this.#last, revision);
    if (type !== "BOOKMARK") this.count += 1;
    if (type === "ADDED") {
      assert.ok(!this.#alive.has(name) && !this.#gone.has(name), `${name} was added twice`);
      this.#alive.set(name, revision);
    } else if (type === "DELETED") {
      const created = this.#alive.get(name);
      assert.ok(created !== undefined, `${name} was deleted before it was added`);
      this.#alive.delete(name);
      this.#gone.set(name, created);
    }
    this.#wake?.();
  }
}
