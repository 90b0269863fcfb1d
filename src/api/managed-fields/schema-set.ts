/** Sets seen with their type: named fields as members, and paths below a value that has become one. */
import { asMember, EMPTY, type FieldSet, isEmpty, isMember } from "./field-set.ts";
import { fieldName, SELF } from "./path-element.ts";
import type { Topology } from "./topology.ts";

/** The set with every declared field on the way to a member as a member too. */
export function withNamedFields(topology: Topology, set: FieldSet): FieldSet {
  return mapChildren(set, topology, (child, below, declared) => {
    const deep = below === undefined ? child : withNamedFields(below, child);
    return declared ? asMember(deep) : deep;
  });
}

/** The set for the type as it is now: a value that the type has made atomic is owned as a whole. */
export function reconciled(topology: Topology, set: FieldSet): FieldSet {
  let known = agreeing.get(topology);
  if (known === undefined) {
    known = new WeakSet();
    agreeing.set(topology, known);
  }
  if (known.has(set)) return set;
  const result = reconcile(topology, set);
  known.add(result);
  return result;
}

/** A memo of a pure function: the sets that a type agrees with. */
const agreeing = new WeakMap<Topology, WeakSet<FieldSet>>();

function reconcile(topology: Topology, set: FieldSet): FieldSet {
  return mapChildren(set, topology, (child, below) => {
    if (below === undefined || isEmpty(child)) return child;
    if (below.kind === "leaf") return below.composite ? EMPTY : child;
    return reconcile(below, child);
  });
}

function mapChildren(
  set: FieldSet,
  topology: Topology,
  change: (child: FieldSet, below: Topology | undefined, declared: boolean) => FieldSet,
): FieldSet {
  let draft: { [element: string]: FieldSet } | undefined;
  for (const [element, child] of Object.entries(set)) {
    if (element === SELF) continue;
    const name = fieldName(element);
    const member = topology.kind === "object" && name !== undefined ? topology.member(name) : undefined;
    const below = member?.topology ?? (topology.kind === "list" ? topology.items : undefined);
    const changed = change(child, below, member?.declared === true && !isMember(child));
    if (changed === child) continue;
    draft ??= { ...set };
    draft[element] = changed;
  }
  return draft ?? set;
}
