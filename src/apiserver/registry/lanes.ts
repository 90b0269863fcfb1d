/**
 * Lanes for writers that lost a race: those that lost it on one key go on one after the other, in order of
 * arrival, so that each loses at most to newcomers, and many writers of one object take turns instead of
 * all repeating their work.
 */
export class Lanes {
  readonly #tails = new Map<string, Promise<void>>();

  /** Resolves when it is the caller's turn; call the result to let the next one in. */
  async enter(key: string): Promise<() => void> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const { promise: mine, resolve: leave } = Promise.withResolvers<void>();
    const tail = before.then(() => mine);
    this.#tails.set(key, tail);
    await before;
    return () => {
      leave();
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    };
  }
}
