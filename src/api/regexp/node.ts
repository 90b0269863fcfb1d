/** The tree of a regular expression. Groups are only places in it: nobody asks what they matched. */
import type { CharSet } from "./char-class.ts";

/** A condition on a place between two characters. */
export type Assertion = "beginText" | "endText" | "beginLine" | "endLine" | "wordBoundary" | "noWordBoundary";

export type Node = { readonly copies: number } & (
  | { readonly op: "chars"; readonly set: CharSet }
  | { readonly op: "assert"; readonly assertion: Assertion }
  | { readonly op: "sequence" | "alternatives"; readonly parts: readonly Node[] }
  /** `max` may be infinite. */
  | { readonly op: "repeat"; readonly of: Node; readonly min: number; readonly max: number }
);

/** One character of a set. */
export function chars(set: CharSet): Node {
  return { op: "chars", set, copies: 1 };
}

/** A place, and no character. */
export function assertion(kind: Assertion): Node {
  return { op: "assert", assertion: kind, copies: 1 };
}

/** One after the other; none: nothing. */
export function sequence(parts: readonly Node[]): Node {
  return joined("sequence", parts);
}

/** One of several. */
export function alternatives(parts: readonly Node[]): Node {
  return joined("alternatives", parts);
}

function joined(op: "sequence" | "alternatives", parts: readonly Node[]): Node {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  return { op, parts, copies: Math.max(1, ...parts.map((part) => part.copies)) };
}

/** `isCount`: the numbers were written, so that counts within counts multiply in `copies`. */
export function repeated(of: Node, min: number, max: number, isCount: boolean): Node {
  const count = max === Number.POSITIVE_INFINITY ? min : max;
  const copies = !isCount ? of.copies : count === 0 ? 1 : count * of.copies;
  return { op: "repeat", of, min, max, copies };
}
