/**
 * Whether a client is still there. Most requests end before anybody asks, and an AbortController with its listeners
 * costs a microsecond and some garbage: it is made when the signal is first wanted.
 */

/** Made once: an abort without a reason makes a DOMException each time. */
const GONE = new Error("the client went away");

export class Caller {
  #controller: AbortController | undefined;
  #isGone = false;

  /** Aborts when the client has gone, or the server closes a watch. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#isGone) this.#controller.abort(GONE);
    }
    return this.#controller.signal;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  readonly leave = (): void => {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#controller?.abort(GONE);
  };
}

/** Those who watch: a closing server sends them away, and lets other requests finish. */
export class Watchers {
  readonly #callers = new Set<Caller>();
  #isClosed = false;

  add(caller: Caller): void {
    this.#callers.add(caller);
    if (this.#isClosed) caller.leave();
  }

  delete(caller: Caller): void {
    this.#callers.delete(caller);
  }

  close(): void {
    this.#isClosed = true;
    for (const caller of this.#callers) caller.leave();
  }
}

/** Whether a request is a watch, which ends when the server closes; others are let finish. */
export function isWatch(target: string): boolean {
  return target.includes("watch=") || target.includes("/watch/");
}

/** Headers by lower-case name that begin with `prefix`, from a raw list of names and values. */
export function headerPairs(raw: readonly string[], prefix: string): [string, string][] {
  const found: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string;
    if (name.length > prefix.length && name.slice(0, prefix.length).toLowerCase() === prefix)
      found.push([name.toLowerCase(), raw[i + 1] as string]);
  }
  return found;
}
