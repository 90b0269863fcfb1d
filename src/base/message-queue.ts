/**
 * A queue between a producer that is told and a reader that asks: the inside of connections and pipes. It
 * keeps no bound itself; `onTaken` lets the producer keep one.
 */
export class MessageQueue<T> implements AsyncIterable<T>, AsyncIterator<T, undefined> {
  #items: T[] = [];
  #taken = 0;
  #waiting: PromiseWithResolvers<IteratorResult<T, undefined>> | undefined;
  #end: { readonly error?: unknown } | undefined;
  readonly #onTaken: (item: T) => void;
  readonly #onReturn: () => void;

  /** `onTaken` hears of each item that the reader took, `onReturn` of a reader that stopped early. */
  constructor(onTaken: (item: T) => void, onReturn: () => void) {
    this.#onTaken = onTaken;
    this.#onReturn = onReturn;
  }

  /** Items not taken yet. */
  get size(): number {
    return this.#items.length - this.#taken;
  }

  /** Whether nothing more can be pushed. */
  get ended(): boolean {
    return this.#end !== undefined;
  }

  push(item: T): void {
    if (this.#end !== undefined) return;
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#items.push(item);
      return;
    }
    this.#waiting = undefined;
    waiting.resolve({ value: item, done: false });
    this.#onTaken(item);
  }

  /** The reader gets what is left, then the end. */
  end(): void {
    this.#finish({});
  }

  /** The reader gets what is left, then `error`. */
  fail(error: unknown): void {
    this.#finish({ error });
  }

  /** Drops what is left and ends: nobody is to read it any more. */
  discard(): void {
    this.#items = [];
    this.#taken = 0;
    this.#finish({});
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return this;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.size > 0) {
      const item = this.#items[this.#taken++] as T;
      if (this.#taken === this.#items.length || this.#taken >= compactAfter) {
        this.#items = this.#items.slice(this.#taken);
        this.#taken = 0;
      }
      this.#onTaken(item);
      return Promise.resolve({ value: item, done: false });
    }
    if (this.#end !== undefined) return this.#settled(this.#end);
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.discard();
    this.#onReturn();
    return Promise.resolve({ value: undefined, done: true });
  }

  #finish(end: { readonly error?: unknown }): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) this.#settled(end).then(waiting.resolve, waiting.reject);
  }

  #settled(end: { readonly error?: unknown }): Promise<IteratorResult<T, undefined>> {
    if (!("error" in end)) return Promise.resolve({ value: undefined, done: true });
    this.#end = {}; // An iteration throws once, then is over.
    return Promise.reject(end.error);
  }
}

/** Taken items are dropped in runs, since shifting an array moves all of it. */
const compactAfter = 256;
