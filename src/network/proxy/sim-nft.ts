/**
 * The simulated twin of nft: reads the transactions that the proxy writes, and holds what the kernel would. It refuses
 * what the kernel refuses: unknown names, elements that are there or not, sets and chains in use.
 */
import { ProxyError } from "./errors.ts";
import type { NftSink } from "./nft-sink.ts";

/** A chain as the kernel holds it. */
export interface SimChain {
  readonly hook: string | undefined;
  readonly rules: readonly string[];
}

/** Elements by key; the value is undefined in a set. */
export interface SimSet {
  readonly isMap: boolean;
  readonly isInterval: boolean;
  readonly elements: Map<string, string | undefined>;
}

/** A table as the kernel holds it. */
export interface SimTable {
  readonly chains: Map<string, SimChain>;
  readonly sets: Map<string, SimSet>;
}

/** Undoes one step of a transaction. */
type Undo = () => void;

/** Starts without tables. */
export class SimNft implements NftSink {
  /** By `family name`. */
  readonly tables = new Map<string, SimTable>();
  /** Transactions taken so far. */
  transactions = 0;

  async apply(commands: readonly string[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.applyNow(commands);
  }

  /** Throws `refused`, having changed nothing. */
  applyNow(commands: readonly string[]): void {
    const undo: Undo[] = [];
    try {
      for (const command of commands) this.#run(command, undo);
      this.#checkReferences();
    } catch (error) {
      for (const step of undo.reverse()) step();
      throw error;
    }
    this.transactions += 1;
  }

  #run(command: string, undo: Undo[]): void {
    const match =
      /^(add|delete|flush) (table|chain|rule|set|map|element) (\S+ \S+)(?: (\S+))?(?: ([^]*))?$/.exec(
        command,
      );
    if (match === null) throw refused(command, "syntax error");
    const [, verb = "", what = "", table = "", name = "", rest = ""] = match;
    if (what === "table") return this.#runTable(verb, table, undo);
    const found = this.tables.get(table);
    if (found === undefined) throw refused(command, "no such table");
    const run = { chain: runChain, rule: runRule, set: runSet, map: runSet, element: runElements }[what];
    run?.(found, { command, verb, what, name, rest }, undo);
  }

  #runTable(verb: string, name: string, undo: Undo[]): void {
    const old = this.tables.get(name);
    if (verb === "delete" && old === undefined) throw refused(`delete table ${name}`, "no such table");
    if (verb === "add" && old !== undefined) return;
    replace(this.tables, name, verb === "add" ? { chains: new Map(), sets: new Map() } : undefined, undo);
  }

  /** The kernel counts references as it goes; since our order is free of gaps, the end of a transaction tells as much. */
  #checkReferences(): void {
    for (const { chains, sets } of this.tables.values()) {
      for (const [name, { rules }] of chains) {
        for (const rule of rules) {
          for (const [, target = ""] of rule.matchAll(/\b(?:jump|goto) ([\w.-]+)/g))
            if (!chains.has(target)) throw refused(`chain ${name}: ${rule}`, "no such chain");
          for (const [, set = ""] of rule.matchAll(/@([\w.-]+)/g))
            if (!sets.has(set)) throw refused(`chain ${name}: ${rule}`, "no such set");
        }
      }
    }
  }
}

interface Command {
  readonly command: string;
  readonly verb: string;
  readonly what: string;
  readonly name: string;
  readonly rest: string;
}

function runChain({ chains, sets }: SimTable, { command, verb, name, rest }: Command, undo: Undo[]): void {
  const old = chains.get(name);
  if (verb === "add") {
    if (old !== undefined) return;
    const hook = /^\{ (.*); \}$/.exec(rest)?.[1];
    replace(chains, name, { hook, rules: [] }, undo);
    return;
  }
  if (old === undefined) throw refused(command, "no such chain");
  if (verb === "flush") return replace(chains, name, { hook: old.hook, rules: [] }, undo);
  if (old.rules.length > 0 || isTarget(name, sets)) throw refused(command, "chain is in use");
  replace(chains, name, undefined, undo);
}

function isTarget(chain: string, sets: ReadonlyMap<string, SimSet>): boolean {
  const verdict = `goto ${chain}`;
  return sets.values().some(({ elements }) => elements.values().some((value) => value === verdict));
}

function runRule({ chains }: SimTable, { command, name, rest }: Command, undo: Undo[]): void {
  const old = chains.get(name);
  if (old === undefined) throw refused(command, "no such chain");
  replace(chains, name, { hook: old.hook, rules: [...old.rules, rest] }, undo);
}

function runSet({ sets }: SimTable, { command, verb, what, name, rest }: Command, undo: Undo[]): void {
  if (verb === "delete" && !sets.has(name)) throw refused(command, "no such set");
  const isInterval = /\bflags interval\b/.test(rest);
  const fresh = { isMap: what === "map", isInterval, elements: new Map() };
  replace(sets, name, verb === "add" ? fresh : undefined, undo);
}

function runElements({ chains, sets }: SimTable, { command, verb, name, rest }: Command, undo: Undo[]): void {
  const set = sets.get(name);
  if (set === undefined) throw refused(command, "no such set");
  for (const text of rest.slice(1, -1).split(",")) {
    const [key = "", value] = text.trim().split(" : ");
    const target = value?.startsWith("goto ") ? value.slice(5) : undefined;
    if (target !== undefined && !chains.has(target)) throw refused(command, `no chain "${target}"`);
    if (verb === "add" && set.elements.has(key) && set.elements.get(key) !== value)
      throw refused(command, `element "${key}" exists`);
    if (verb === "delete" && !set.elements.has(key)) throw refused(command, `no element "${key}"`);
    if (verb === "add") setElement(set.elements, key, value, undo);
    else dropElement(set.elements, key, undo);
  }
}

function setElement(
  elements: Map<string, string | undefined>,
  key: string,
  value: string | undefined,
  undo: Undo[],
): void {
  if (elements.has(key)) return;
  undo.push(() => elements.delete(key));
  elements.set(key, value);
}

function dropElement(elements: Map<string, string | undefined>, key: string, undo: Undo[]): void {
  const old = elements.get(key);
  undo.push(() => elements.set(key, old));
  elements.delete(key);
}

function replace<T>(map: Map<string, T>, key: string, value: T | undefined, undo: Undo[]): void {
  const old = map.get(key);
  undo.push(() => {
    if (old === undefined) map.delete(key);
    else map.set(key, old);
  });
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}

function refused(command: string, why: string): ProxyError {
  return new ProxyError("refused", `Cannot carry out "${command.slice(0, 200)}": ${why}`);
}
