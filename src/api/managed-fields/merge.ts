/**
 * The live object with an applied object merged in, by the topology of the type: objects by field, lists by
 * key or value, everything else replaced. Null or empty in the applied object keeps what is there. Unchanged
 * subtrees are shared.
 */
import { setKey } from "../codec/json-document.ts";
import { isObject } from "../patch/json.ts";
import { DEDUCED, type ListTopology, type ObjectTopology, type Topology } from "./topology.ts";

export function merge(topology: Topology, live: unknown, applied: unknown): unknown {
  if (live === undefined || live === null) return applied;
  if (topology.kind === "object" || topology.kind === "deduced") {
    if (isObject(live) && isObject(applied)) return mergeMembers(topology, live, applied);
    return topology.kind === "object" && applied === null && hasEntries(live) ? live : applied;
  }
  if (topology.kind === "list" && Array.isArray(live) && live.length > 0) {
    return Array.isArray(applied) && applied.length > 0 ? mergeItems(topology, live, applied) : live;
  }
  return applied;
}

type Members = Readonly<Record<string, unknown>>;

function mergeMembers(topology: ObjectTopology | typeof DEDUCED, live: Members, applied: Members): Members {
  let draft: Record<string, unknown> | undefined;
  for (const [name, value] of Object.entries(applied)) {
    const old = Object.hasOwn(live, name) ? live[name] : undefined;
    const member = topology.kind === "object" ? topology.member(name) : undefined;
    const merged = old === undefined ? value : merge(member?.topology ?? DEDUCED, old, value);
    if (merged === old) continue;
    draft ??= { ...live };
    setKey(draft, name, merged);
  }
  return draft ?? live;
}

interface Items {
  readonly elements: readonly string[];
  readonly byElement: ReadonlyMap<string, unknown>;
}

/**
 * Applied items keep their order, live items theirs; live items that are not applied go before the applied
 * item that they preceded. Doubles in the live list are replaced by the one applied item.
 *
 *   live a b c d, applied d x b  ->  a c d x b
 */
function mergeItems(
  topology: ListTopology,
  live: readonly unknown[],
  applied: readonly unknown[],
): readonly unknown[] {
  const left = index(topology, live);
  const right = index(topology, applied);
  const shared = right.elements.filter((element) => left.byElement.has(element));
  const merged: unknown[] = [];
  const take = (element: string): void => {
    const item = right.byElement.get(element);
    merged.push(merge(topology.items, left.byElement.get(element), item));
    if (shared[0] === element) shared.shift();
  };
  for (let l = 0, r = 0; l < left.elements.length || r < right.elements.length; ) {
    const mine = left.elements[l];
    const theirs = right.elements[r];
    if (mine !== undefined && !right.byElement.has(mine)) {
      merged.push(live[l++]);
    } else if (mine !== undefined && mine === theirs) {
      take(mine);
      l++;
      r++;
    } else if (
      mine !== undefined &&
      (theirs === undefined || (shared[0] !== undefined && shared[0] !== mine))
    ) {
      l++;
    } else {
      if (mine !== undefined && shared[0] === undefined) l++;
      if (theirs !== undefined) take(theirs);
      r++;
    }
  }
  return merged.length === live.length && merged.every((item, i) => item === live[i]) ? live : merged;
}

/** Items without keys are named by their place, so that they stay. */
function index(topology: ListTopology, list: readonly unknown[]): Items {
  const byElement = new Map<string, unknown>();
  const elements = list.map((item, i) => {
    const element = topology.element(item) ?? `i:${i}`;
    byElement.set(element, byElement.has(element) ? null : item);
    return element;
  });
  return { elements, byElement };
}

function hasEntries(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length > 0;
}
