/**
 * Field sets kept once each: the objects of a kind and a manager have the same few sets, which are read,
 * joined and printed at every write. An interned set is one shared object; its text and what the operations
 * of it with another one gave are remembered. All of it is a memo of pure functions, and bounded.
 *
 *   { "f:spec": {...} }  <-- byText --  '{"f:spec":{...}}'  <-- texts --  the same object
 */
import * as fieldSet from "./field-set.ts";
import { EMPTY, type FieldSet } from "./field-set.ts";
import { MAX_INTERNED_CHARACTERS } from "./limits.ts";

type Operation = (a: FieldSet, b: FieldSet) => FieldSet;

const byText = new Map<string, FieldSet>();
const texts = new WeakMap<FieldSet, string>();
let characters = 0;

/** The interned set that equals `set` in content and order. */
export function interned(set: FieldSet): FieldSet {
  const known = byText.get(textOf(set));
  if (known !== undefined) return known;
  return keep(textOf(set), set);
}

/** The JSON text of a set, which must not change any more. */
export function textOf(set: FieldSet): string {
  let text = texts.get(set);
  if (text === undefined) {
    text = JSON.stringify(set);
    texts.set(set, text);
  }
  return text;
}

/** The text of a set that was printed or interned before; undefined for any other value. */
export function knownText(set: object): string | undefined {
  return texts.get(set as FieldSet);
}

/** The interned set of a text, which may be part of a larger one. Throws `SyntaxError`. */
export function setOfText(text: string): FieldSet {
  return byText.get(text) ?? keep(ownText(text), JSON.parse(text) as FieldSet);
}

export const union = remembered(fieldSet.union);
export const difference = remembered(fieldSet.difference);
export const recursiveDifference = remembered(fieldSet.recursiveDifference);
export const intersection = remembered(fieldSet.intersection);

function keep(text: string, set: FieldSet): FieldSet {
  characters += text.length;
  if (characters > MAX_INTERNED_CHARACTERS) {
    byText.clear();
    characters = text.length;
  }
  byText.set(text, set);
  texts.set(set, text);
  return set;
}

/** A slice would keep the whole object's text alive. */
function ownText(text: string): string {
  return Buffer.from(text).toString();
}

function remembered(operation: Operation): Operation {
  const results = new WeakMap<FieldSet, WeakMap<FieldSet, FieldSet>>();
  return (a, b) => {
    if (a === EMPTY || b === EMPTY) return operation(a, b);
    let ofA = results.get(a);
    if (ofA === undefined) {
      ofA = new WeakMap();
      results.set(a, ofA);
    }
    let result = ofA.get(b);
    if (result === undefined) {
      result = operation(a, b);
      result = fieldSet.isEmpty(result) ? EMPTY : interned(result);
      ofA.set(b, result);
    }
    return result;
  };
}
