/**
 * From changes of entries to one transaction in nft's language: all of it or nothing takes effect. Order matters
 * within it: what is referred to comes first and goes last.
 *
 *   delete element ip navarch-proxy services { 10.96.0.1 . tcp . 443 }
 *   add element ip navarch-proxy services { 10.96.0.1 . tcp . 443 : goto cluster-3 }
 */
import {
  type Chain,
  type Collection,
  type Element,
  families,
  sameEntry,
  type Table,
  tableName,
} from "./entry.ts";
import type { EntryChange } from "./ledger.ts";

/** What leads from one table to the other. */
export function diff(before: Table, after: Table): readonly EntryChange[] {
  const changes: EntryChange[] = [];
  for (const [id, entry] of after) {
    const old = before.get(id);
    if (old === undefined || !sameEntry(old, entry)) changes.push({ before: old, after: entry });
  }
  for (const [id, old] of before) if (!after.has(id)) changes.push({ before: old, after: undefined });
  return changes;
}

/** The commands of one transaction, in order; empty when nothing changes. */
export function transaction(changes: readonly EntryChange[]): readonly string[] {
  const setsAdded: string[] = [];
  const chainsAdded: string[] = [];
  const flushed: string[] = [];
  const rules: string[] = [];
  const chainsGone: string[] = [];
  const setsGone: string[] = [];
  const elementsGone = new ElementLists("delete");
  const elementsAdded = new ElementLists("add");
  for (const { before, after } of changes) {
    if (before?.kind === "element") elementsGone.add(before);
    if (after?.kind === "element") elementsAdded.add(after);
    if (after?.kind === "chain") {
      if (before === undefined) chainsAdded.push(addChain(after));
      else flushed.push(`flush chain ${nameOf(after)}`);
      rules.push(...after.rules.map((rule) => `add rule ${nameOf(after)} ${rule}`));
    } else if (before?.kind === "chain") {
      flushed.push(`flush chain ${nameOf(before)}`);
      chainsGone.push(`delete chain ${nameOf(before)}`);
    }
    if (after !== undefined && after.kind !== "chain" && after.kind !== "element") {
      setsAdded.push(`add ${after.kind} ${nameOf(after)} { ${after.type}; }`);
    } else if (before !== undefined && before.kind !== "chain" && before.kind !== "element") {
      setsGone.push(`delete ${before.kind} ${nameOf(before)}`);
    }
  }
  return [
    ...setsAdded,
    ...chainsAdded,
    ...elementsGone.commands(),
    ...flushed,
    ...rules,
    ...elementsAdded.commands(),
    ...chainsGone,
    ...setsGone,
  ];
}

/** The commands that make both tables anew, whatever was there. */
export function wholeTransaction(table: Table): readonly string[] {
  const fresh = families.flatMap((family) => [
    `add table ${family} ${tableName}`,
    `delete table ${family} ${tableName}`,
    `add table ${family} ${tableName}`,
  ]);
  return [...fresh, ...transaction(diff(new Map(), table))];
}

/** Removes both tables, and is no error when there are none. */
export function removal(): readonly string[] {
  return families.flatMap((family) => [
    `add table ${family} ${tableName}`,
    `delete table ${family} ${tableName}`,
  ]);
}

function nameOf(entry: Chain | Collection): string {
  return `${entry.family} ${tableName} ${entry.name}`;
}

function addChain(chain: Chain): string {
  return `add chain ${nameOf(chain)}${chain.hook === undefined ? "" : ` { ${chain.hook}; }`}`;
}

/** Elements of one set in one command. */
class ElementLists {
  readonly #verb: "add" | "delete";
  readonly #lists = new Map<string, string[]>();

  constructor(verb: "add" | "delete") {
    this.#verb = verb;
  }

  add({ family, set, key, value }: Element): void {
    const name = `${family} ${tableName} ${set}`;
    const text = this.#verb === "delete" || value === undefined ? key : `${key} : ${value}`;
    const list = this.#lists.get(name);
    if (list === undefined) this.#lists.set(name, [text]);
    else list.push(text);
  }

  commands(): readonly string[] {
    return [...this.#lists].map(([name, list]) => `${this.#verb} element ${name} { ${list.join(", ")} }`);
  }
}
