/**
 * When several informers may be decided from: each follows a watch of its own, so after a break one cache can be fresh
 * beside a stale one. Invariant: `coherent` resolves only when every member has shown all that the server had after the
 * last break of any of them; in peace it costs a look at a flag.
 */
import { abortable } from "./abortable.ts";

/** An informer, as far as its freshness goes. */
export interface Member {
  /** Resolves when its watch is open. */
  watching(signal: AbortSignal): Promise<void>;
  /** The newest revision, by the server. */
  newest(signal: AbortSignal): Promise<string>;
  catchUp(resourceVersion: string, signal: AbortSignal): Promise<void>;
}

/** The members that one reader decides from. */
export class Coherence {
  readonly #members = new Set<Member>();
  readonly #signal: AbortSignal;
  #doubtful = false;
  #mending: Promise<void> | undefined;

  /** `signal` ends the waiting for good. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(member: Member): void {
    this.#members.add(member);
  }

  /** The watch of an informer broke. */
  broke(informer: object): void {
    if (this.#members.has(informer as Member)) this.#doubtful = true;
  }

  doubt(): void {
    this.#doubtful = true;
  }

  async coherent(signal: AbortSignal): Promise<void> {
    if (!this.#doubtful && this.#mending === undefined) return;
    if (this.#mending === undefined) {
      this.#mending = this.#mend().finally(() => (this.#mending = undefined));
      this.#mending.catch(() => {
        // Those who still wait hear of it.
      });
    }
    await abortable(this.#mending, signal);
  }

  async #mend(): Promise<void> {
    const [first] = this.#members;
    try {
      while (this.#doubtful && first !== undefined) {
        this.#doubtful = false;
        const members = [...this.#members];
        await Promise.all(members.map((member) => member.watching(this.#signal)));
        const newest = await first.newest(this.#signal);
        await Promise.all(members.map((member) => member.catchUp(newest, this.#signal)));
      }
    } catch (error) {
      this.#doubtful = true;
      throw error;
    }
  }
}
