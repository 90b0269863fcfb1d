/**
 * A field set that grows member by member. The objects of a kind have few shapes, so the same members follow one
 * another again and again: every step is remembered, as an engine remembers hidden classes, and the set at a step is
 * made and interned once. A memo of a pure function, and bounded.
 *
 *   NOTHING -- "f:image" --> . -- "f:name" --> .set = {"f:image":{},"f:name":{}}
 */
import { EMPTY, type FieldSet, inOrder } from "./field-set.ts";
import { interned } from "./interned-sets.ts";
import { MAX_REMEMBERED_STEPS } from "./limits.ts";

export class GrowingSet {
  readonly #before: GrowingSet | undefined;
  readonly #element: string;
  readonly #below: FieldSet;
  /** The step that was taken last: objects of one shape come in a row. */
  #last: GrowingSet | undefined;
  /** All that were taken, once there are two. */
  #next: Map<string, Map<FieldSet, GrowingSet>> | undefined;
  #set: FieldSet | undefined;

  constructor(before?: GrowingSet, element = "", below = EMPTY) {
    this.#before = before;
    this.#element = element;
    this.#below = below;
  }

  /** The set with one more entry, in any order. Doubles are one member without children. */
  with(element: string, below: FieldSet): GrowingSet {
    const last = this.#last;
    if (last !== undefined && last.#element === element && last.#below === below) return last;
    this.#last = this.#next?.get(element)?.get(below) ?? this.#grown(element, below);
    return this.#last;
  }

  get set(): FieldSet {
    this.#set ??= interned(inOrder(Object.fromEntries(this.#entries())));
    return this.#set;
  }

  #grown(element: string, below: FieldSet): GrowingSet {
    if (++steps > MAX_REMEMBERED_STEPS) {
      steps = 0;
      NOTHING.#last = undefined;
      NOTHING.#next = undefined;
    }
    const grown = new GrowingSet(this, element, below);
    if (this.#last !== undefined) {
      if (this.#next === undefined) this.#remember(this.#last);
      this.#remember(grown);
    }
    return grown;
  }

  #remember(step: GrowingSet): void {
    this.#next ??= new Map();
    const known = this.#next.get(step.#element);
    if (known === undefined) this.#next.set(step.#element, new Map([[step.#below, step]]));
    else known.set(step.#below, step);
  }

  #entries(): Map<string, FieldSet> {
    const way: GrowingSet[] = [];
    for (let at: GrowingSet = this; at.#before !== undefined; at = at.#before) way.push(at);
    const entries = new Map<string, FieldSet>();
    for (const step of way.reverse())
      entries.set(step.#element, entries.has(step.#element) ? EMPTY : step.#below);
    return entries;
  }
}

let steps = 0;

export const NOTHING = new GrowingSet();
