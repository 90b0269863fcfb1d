/**
 * A scope is a simulated process or a part of one: what can crash. Scopes form a tree by `Env.child`; a
 * crash of one takes its children with it. The dead do nothing more: their timers never fire, their
 * promises never settle, their words are not written down, and nobody is told, since a process that dies of
 * a power cut runs no handler.
 */
import type { SimKernel } from "./kernel.ts";

export class SimScope {
  /** Where it stands: `"n1/kubelet"`; the same for each incarnation. */
  readonly part: string;
  /** Unique in the world: `"n1#2/kubelet"`. */
  readonly path: string;
  /** The top of its tree: the host whose clock and disk it uses. */
  readonly host: SimHost;
  readonly #kernel: SimKernel;
  readonly #parent: SimScope | undefined;
  readonly #children = new Set<SimScope>();
  readonly #childCounts = new Map<string, number>();
  readonly #onDeath: (() => void)[] = [];
  #alive = true;

  constructor(kernel: SimKernel, host: SimHost, part: string, path: string, parent?: SimScope) {
    this.#parent = parent;
    this.#kernel = kernel;
    this.host = host;
    this.part = part;
    this.path = path;
  }

  get alive(): boolean {
    return this.#alive;
  }

  child(name: string): SimScope {
    const count = (this.#childCounts.get(name) ?? 0) + 1;
    this.#childCounts.set(name, count);
    const path = `${this.path}/${numbered(name, count)}`;
    const scope = new SimScope(this.#kernel, this.host, `${this.part}/${name}`, path, this);
    if (this.#alive) this.#children.add(scope);
    else scope.#alive = false;
    return scope;
  }

  /** Calls `fn` when this scope crashes; for the seams, never for the simulated code itself. */
  onDeath(fn: () => void): void {
    this.#onDeath.push(fn);
  }

  /** This scope and those below that stand at `part`. */
  *at(part: string): IterableIterator<SimScope> {
    if (this.part === part) yield this;
    else for (const child of this.#children) yield* child.at(part);
  }

  die(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#kernel.cancelOwned(this);
    for (const child of this.#children) child.die();
    if (this.#parent !== undefined) this.#parent.#children.delete(this);
    for (const fn of this.#onDeath.splice(0)) fn();
  }
}

/** A simulated machine: one clock, which may be wrong, and one disk, which outlives its processes. */
export class SimHost {
  readonly name: string;
  /** What the wall clock shows beyond true time. */
  clockOffsetMs = 0;
  #incarnations = 0;
  #root: SimScope | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** The living root scope, if any. */
  get root(): SimScope | undefined {
    return this.#root?.alive ? this.#root : undefined;
  }

  boot(kernel: SimKernel): SimScope {
    this.#incarnations++;
    this.#root = new SimScope(kernel, this, this.name, numbered(this.name, this.#incarnations));
    return this.#root;
  }
}

function numbered(name: string, count: number): string {
  return count === 1 ? name : `${name}#${count}`;
}
