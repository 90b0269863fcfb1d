/**
 * What the tables do with the first packet of a connection: a small evaluator of the rules that the proxy writes, over
 * `SimNft`. It knows the statements that occur in them and throws at any other.
 *
 *   route(nft, { family: "ip", from: "host", source: "10.0.0.1", target: "10.96.0.10", protocol: "udp", port: 53, ... })
 *     -> { verdict: "accept", to: "10.244.0.2 . 53", masqueraded: true }
 */
import { assert } from "#base";
import { contains, parseCidr, parseIp } from "#api";
import { type Family, tableName } from "../proxy/entry.ts";
import type { SimNft, SimSet, SimTable } from "../proxy/sim-nft.ts";

/** The first packet of a connection. */
export interface Packet {
  readonly family: Family;
  /** Where it enters the rules: made on this node, or arriving at it. */
  readonly from: "host" | "network";
  readonly source: string;
  /** Whether the source is an address of this node. */
  readonly sourceIsLocal: boolean;
  readonly target: string;
  /** Whether an address is this node's: such packets end here, others are forwarded. */
  readonly isLocal: (address: string) => boolean;
  readonly protocol: "tcp" | "udp" | "sctp";
  readonly port: number;
  /** A draw of [0, 1) for endpoints chosen at random. */
  readonly draw: number;
}

/** What became of it. */
export interface Route {
  readonly verdict: "accept" | "drop" | "reject";
  /** `address . port` where it goes, translated or not. */
  readonly to: string;
  readonly masqueraded: boolean;
}

interface State {
  readonly packet: Packet;
  readonly table: SimTable;
  address: string;
  port: number;
  marked: boolean;
  masqueraded: boolean;
  translated: boolean;
}

type Verdict = "accept" | "drop" | "reject" | "return" | undefined;

/** The packet's way through all hooks. */
export function route(nft: SimNft, packet: Packet): Route {
  const table = nft.tables.get(`${packet.family} ${tableName}`);
  const state: State = {
    packet,
    table: table ?? { chains: new Map(), sets: new Map() },
    address: packet.target,
    port: packet.port,
    marked: false,
    masqueraded: false,
    translated: false,
  };
  const hooks = packet.from === "host" ? ["output"] : ["prerouting"];
  let verdict: Verdict;
  for (const hook of hooks) verdict ??= runHook(state, hook);
  const next = packet.isLocal(state.address) ? "input" : "forward";
  if (packet.from === "network") verdict ??= runHook(state, next);
  if (verdict === undefined && (packet.from === "host" || next === "forward")) runHook(state, "postrouting");
  const to = `${state.address} . ${state.port}`;
  return {
    verdict: verdict === "drop" || verdict === "reject" ? verdict : "accept",
    to,
    masqueraded: state.masqueraded,
  };
}

/** Base chains of a hook by priority. Only drop and reject end the way. */
function runHook(state: State, hook: string): Verdict {
  const at = [...state.table.chains.values()].flatMap(({ hook: text, rules }) => {
    const match = /^type \w+ hook (\w+) priority (-?\d+)$/.exec(text ?? "");
    return match?.[1] === hook ? [{ priority: Number(match[2]), rules }] : [];
  });
  for (const { rules } of at.sort((a, b) => a.priority - b.priority)) {
    const verdict = runRules(state, rules);
    if (verdict === "drop" || verdict === "reject") return verdict;
  }
  return undefined;
}

function runChain(state: State, name: string): Verdict {
  const chain = state.table.chains.get(name);
  assert(chain !== undefined, `No chain "${name}"`);
  return runRules(state, chain.rules);
}

function runRules(state: State, rules: readonly string[]): Verdict {
  for (const rule of rules) {
    const verdict = runRule(state, rule);
    if (verdict === "return") return undefined;
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

/** A statement: what it looks like, and what it does; `false` ends the rule. */
type Statement = readonly [pattern: RegExp, run: (state: State, ...words: string[]) => Verdict | boolean];

const expression =
  "((?:[a-z0-9]+ [a-z0-9]+(?: mod \\d+(?: offset \\d+)?)?)(?: \\. [a-z0-9]+ [a-z0-9]+(?: mod \\d+(?: offset \\d+)?)?)*)";

const statements: readonly Statement[] = [
  [/^ct state new(?: |$)/, () => true],
  [/^ct status dnat(?: |$)/, ({ translated }) => translated],
  [/^fib saddr type (!= )?local(?: |$)/, ({ packet }, not) => packet.sourceIsLocal === (not === undefined)],
  [/^meta mark set meta mark or 0x4000(?: |$)/, (state) => mark(state, true)],
  [/^meta mark set meta mark xor 0x4000(?: |$)/, (state) => mark(state, !state.marked)],
  [/^meta mark & 0x4000 == 0x4000(?: |$)/, (state) => state.marked],
  [/^meta l4proto \{ tcp, udp, sctp \}(?: |$)/, () => true],
  [/^meta l4proto (tcp|udp|sctp)(?: |$)/, ({ packet }, protocol) => packet.protocol === protocol],
  [/^reject with tcp reset(?: |$)/, () => "reject"],
  [/^masquerade fully-random(?: |$)/, masquerade],
  [/^update @([\w.-]+) \{ ip6? saddr timeout \d+s \}(?: |$)/, remember],
  [new RegExp(`^dnat ip6? to ${expression} map @([\\w.-]+)(?: |$)`), translateByMap],
  [/^dnat ip6? to \[?([\da-f.:]+?)\]?:(\d+)(?: |$)/, translate],
  [new RegExp(`^${expression} (!= )?@([\\w.-]+)(?: |$)`), isIn],
  [new RegExp(`^${expression} vmap @([\\w.-]+)(?: |$)`), verdictByMap],
  [new RegExp(`^${expression} vmap \\{ ([^}]*) \\}(?: |$)`), verdictByList],
  [
    /^(jump|goto) ([\w.-]+)(?: |$)/,
    (state, _, name) => runChain(state, name ?? "") ?? (_ === "jump" ? true : "return"),
  ],
  [/^(drop|reject|return)(?: |$)/, (_, verdict) => verdict as Verdict],
];

function runRule(state: State, rule: string): Verdict {
  for (let rest = rule; rest !== ""; ) {
    const found = statements.find(([pattern]) => pattern.test(rest));
    assert(found !== undefined, `The evaluator does not know the statement "${rest}"`);
    const match = found[0].exec(rest);
    const result = found[1](state, ...(match ?? []).slice(1));
    if (result === false) return undefined;
    if (typeof result === "string") return result;
    rest = rest.slice(match?.[0].length ?? 0);
  }
  return undefined;
}

function mark(state: State, to: boolean): boolean {
  state.marked = to;
  return true;
}

function masquerade(state: State): Verdict {
  state.masqueraded = true;
  return "accept";
}

function remember(state: State, name = ""): boolean {
  setOf(state, name).elements.set(state.packet.source, undefined);
  return true;
}

function translateByMap(state: State, key = "", name = ""): Verdict | boolean {
  const target = lookUp(state, key, name);
  if (target === undefined) return false;
  const [address = "", port = ""] = target.split(" . ");
  return translate(state, address, port);
}

function translate(state: State, address = "", port = ""): Verdict {
  assert(!state.translated, "A packet is translated once");
  Object.assign(state, { address, port: Number(port), translated: true });
  return "accept";
}

function isIn(state: State, key = "", not?: string, name = ""): boolean {
  const { elements, isInterval } = setOf(state, name);
  const words = wordsOf(state, key);
  const found = isInterval
    ? [...elements.keys()].some((range) => covers(range, words))
    : elements.has(words.join(" . "));
  return found === (not === undefined);
}

/** The last word of an interval set's keys is a range; the others are exact. */
function covers(range: string, words: readonly string[]): boolean {
  const parts = range.split(" . ");
  const cidr = parseCidr(parts.pop() ?? "");
  const address = parseIp(words.at(-1) ?? "");
  if (cidr === undefined || address === undefined) return false;
  return contains(cidr, address) && parts.join() === words.slice(0, -1).join();
}

function verdictByMap(state: State, key = "", name = ""): Verdict | boolean {
  const verdict = lookUp(state, key, name);
  return verdict === undefined ? true : toVerdict(state, verdict);
}

function verdictByList(state: State, key = "", list = ""): Verdict | boolean {
  const words = wordsOf(state, key).join(" . ");
  const found = list.split(", ").find((item) => item.startsWith(`${words} : `));
  return found === undefined ? true : toVerdict(state, found.slice(words.length + 3));
}

/** A chain that was gone to does not come back. */
function toVerdict(state: State, verdict: string): Verdict {
  if (verdict.startsWith("goto ")) return runChain(state, verdict.slice(5)) ?? "return";
  return verdict as Verdict;
}

function lookUp(state: State, key: string, name: string): string | undefined {
  return setOf(state, name).elements.get(wordsOf(state, key).join(" . "));
}

function setOf(state: State, name: string): SimSet {
  const set = state.table.sets.get(name);
  assert(set !== undefined, `No set "${name}"`);
  return set;
}

function wordsOf(state: State, key: string): readonly string[] {
  return key.split(" . ").map((word) => valueOf(state, word));
}

function valueOf({ packet, address, port }: State, word: string): string {
  const [, modulus, offset = 0] = /^numgen random mod (\d+)(?: offset (\d+))?$/.exec(word) ?? [];
  if (modulus !== undefined) return String(Math.floor(packet.draw * Number(modulus)) + Number(offset));
  switch (word) {
    case "ip saddr":
    case "ip6 saddr":
      return packet.source;
    case "ip daddr":
    case "ip6 daddr":
      return address;
    case "meta l4proto":
      return packet.protocol;
    case "th dport":
    case `${packet.protocol} dport`:
      return String(port);
    default:
      throw new TypeError(`The evaluator does not know the value "${word}"`);
  }
}
