/**
 * An expression as a machine whose states are followed all at once (Thompson 1968): a text is read once, and each of its
 * characters costs no more than the machine is large.
 */
import type { CharSet } from "./char-class.ts";
import { RegexpError } from "./errors.ts";
import type { Assertion, Node } from "./node.ts";

/** States of one machine; upstream's bound is about memory, and larger. */
const MAX_STATES = 100_000;

/** `next` is a state's number. */
export type State =
  | { readonly op: "chars"; readonly set: CharSet; next: number }
  | { readonly op: "assert"; readonly assertion: Assertion; next: number }
  | { readonly op: "split"; readonly next: readonly number[] }
  | { readonly op: "match" };

export interface Program {
  readonly states: readonly State[];
  readonly start: number;
}

/** Throws `RegexpError` where it would be too large. */
export function programOf(node: Node): Program {
  const builder = new Builder();
  const match = builder.add({ op: "match" });
  return { start: builder.build(node, match), states: builder.states };
}

/** Builds backwards, since each state is made knowing the next. */
class Builder {
  readonly states: State[] = [];

  add(state: State): number {
    if (this.states.length >= MAX_STATES) throw new RegexpError("expression too large");
    return this.states.push(state) - 1;
  }

  /** The state in which `node` begins, after which comes `next`. */
  build(node: Node, next: number): number {
    switch (node.op) {
      case "chars":
        return this.add({ op: "chars", set: node.set, next });
      case "assert":
        return this.add({ op: "assert", assertion: node.assertion, next });
      case "sequence":
        return node.parts.reduceRight((after, part) => this.build(part, after), next);
      case "alternatives":
        return this.add({ op: "split", next: node.parts.map((part) => this.build(part, next)) });
      case "repeat":
        return this.#repeat(node, next);
    }
  }

  #repeat({ of, min, max }: Extract<Node, { op: "repeat" }>, next: number): number {
    let start = next;
    if (max === Number.POSITIVE_INFINITY) start = this.#loop(of, next);
    else
      for (let i = min; i < max; i++) start = this.add({ op: "split", next: [this.build(of, start), next] });
    for (let i = 0; i < min; i++) start = this.build(of, start);
    return start;
  }

  #loop(of: Node, next: number): number {
    const targets = [next];
    const loop = this.add({ op: "split", next: targets });
    targets.push(this.build(of, loop));
    return loop;
  }
}
