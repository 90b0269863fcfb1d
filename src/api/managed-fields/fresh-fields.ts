/**
 * The node of a value that was not there before: everything in it is a member. Written as text and interned,
 * since the values of a kind have few shapes, and a text costs less than the objects that it stands for.
 *
 *   [{ name: "c", image: "i" }]   ->   {".":{},"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:name":{}}}
 */
import { isObject } from "../patch/json.ts";
import { EMPTY, type FieldSet } from "./field-set.ts";
import { setOfText } from "./interned-sets.ts";
import { compareElements, fieldElement } from "./path-element.ts";
import { DEDUCED, type ListTopology, type ObjectTopology, type Topology } from "./topology.ts";

/** An empty value, or one that is not taken apart, is a member without children. */
export function allFieldsOf(topology: Topology, value: unknown): FieldSet {
  const text = textOfAll(topology, value);
  return text === NONE ? EMPTY : setOfText(text);
}

const NONE = "{}";
const SELF_FIRST = '{".":{}';

function textOfAll(topology: Topology, value: unknown): string {
  switch (topology.kind) {
    case "leaf":
      return NONE;
    case "list":
      return Array.isArray(value) && value.length > 0 ? textOfItems(topology, value) : NONE;
    case "object":
    case "deduced":
      return isObject(value) && hasMembers(value) ? textOfMembers(topology, value) : NONE;
  }
}

function textOfMembers(
  topology: ObjectTopology | typeof DEDUCED,
  object: Readonly<Record<string, unknown>>,
): string {
  let text = SELF_FIRST;
  const declared = topology.kind === "object" ? topology.members : undefined;
  if (declared !== undefined) {
    for (const member of declared) {
      const value = member.inherited && !Object.hasOwn(object, member.name) ? undefined : object[member.name];
      if (value !== undefined) text += member.textBefore + textOfAll(member.topology, value);
    }
  } else {
    for (const name of Object.keys(object).sort()) {
      const below = topology.kind === "object" ? topology.member(name)?.topology : undefined;
      text += `,${JSON.stringify(fieldElement(name))}:${textOfAll(below ?? DEDUCED, object[name])}`;
    }
  }
  return `${text}}`;
}

/** Items without keys are left out. Most lists are in canonical order. */
function textOfItems(topology: ListTopology, list: readonly unknown[]): string {
  let text = SELF_FIRST;
  let last = "";
  for (const item of list) {
    const element = topology.element(item);
    if (element === undefined) continue;
    if (last !== "" && compareElements(last, element) >= 0) return textOfUnordered(topology, list);
    last = element;
    text += `,${JSON.stringify(element)}:${textOfAll(topology.items, item)}`;
  }
  return `${text}}`;
}

/** Doubles are one member without children. */
function textOfUnordered(topology: ListTopology, list: readonly unknown[]): string {
  const texts = new Map<string, string>();
  for (const item of list) {
    const element = topology.element(item);
    if (element !== undefined)
      texts.set(element, texts.has(element) ? NONE : textOfAll(topology.items, item));
  }
  let text = SELF_FIRST;
  for (const element of [...texts.keys()].sort(compareElements))
    text += `,${JSON.stringify(element)}:${texts.get(element)}`;
  return `${text}}`;
}

function hasMembers(object: object): boolean {
  for (const _ in object) return true;
  return false;
}
