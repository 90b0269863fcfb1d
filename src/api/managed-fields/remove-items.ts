/**
 * An object without the given paths. An object or list that loses its last entry becomes null, which is no
 * removal: who owns it as a whole keeps it. Unchanged subtrees are shared.
 */
import { setKey } from "../codec/json-document.ts";
import { isObject } from "../patch/json.ts";
import { type FieldSet, isEmpty, isMember } from "./field-set.ts";
import { fieldElement } from "./path-element.ts";
import { DEDUCED, type ListTopology, type ObjectTopology, type Topology } from "./topology.ts";

/** `null` when nothing is left. */
export function removeItems(topology: Topology, value: unknown, paths: FieldSet): unknown {
  if (isEmpty(paths)) return value;
  if (topology.kind === "list" && Array.isArray(value)) return fromList(topology, value, paths);
  if (topology.kind !== "object" && topology.kind !== "deduced") return value;
  return isObject(value) ? fromObject(topology, value, paths) : value;
}

function fromObject(
  topology: ObjectTopology | typeof DEDUCED,
  object: Readonly<Record<string, unknown>>,
  paths: FieldSet,
): unknown {
  const draft: Record<string, unknown> = {};
  let same = true;
  let kept = 0;
  for (const [name, value] of Object.entries(object)) {
    const below = paths[fieldElement(name)];
    if (below !== undefined && isMember(below)) {
      same = false;
      continue;
    }
    kept++;
    const member = topology.kind === "object" ? topology.member(name) : undefined;
    const rest = below === undefined ? value : removeItems(member?.topology ?? DEDUCED, value, below);
    same &&= rest === value;
    setKey(draft, name, rest);
  }
  if (same) return object;
  return kept === 0 ? null : draft;
}

function fromList(topology: ListTopology, list: readonly unknown[], paths: FieldSet): unknown {
  const draft: unknown[] = [];
  let same = true;
  for (const item of list) {
    const element = topology.element(item);
    const below = element === undefined ? undefined : paths[element];
    if (below !== undefined && isMember(below)) {
      same = false;
      continue;
    }
    const rest = below === undefined ? item : removeItems(topology.items, item, below);
    same &&= rest === item;
    draft.push(rest);
  }
  if (same) return list;
  return draft.length === 0 ? null : draft;
}
