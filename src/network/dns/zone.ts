/**
 * The cluster's names: what each service gives (`service-names.ts`), and the zone's own. Each name holds its answers as
 * bytes, made when first asked for and gone when the name's records change.
 *
 * Invariant: a name exists when it has records, belongs to a service, or has names below it (RFC 8020): such names have
 * no data of a type rather than not existing.
 */
import { clusterTtlSeconds, maxAliases } from "./limits.ts";
import { type PreparedAnswer, prepareAnswer } from "./message.ts";
import { isWithin, parentOf } from "./name.ts";
import { type Answer, type ResourceRecord, recordTypes } from "./record.ts";
import type { ServiceNames } from "./service-names.ts";

/** The version of the specification, published as `dns-version`. */
const specification = "1.1.0";

interface Name {
  readonly records: Map<string, readonly ResourceRecord[]>;
  /** Names directly below, and services that have this name. */
  children: number;
  readonly prepared: Map<number, PreparedAnswer>;
}

/** An answer with a CNAME that leaves the zone; whoever asked for more follows it elsewhere. */
export interface ZoneAnswer {
  readonly answer: Answer;
  readonly leavesTo: string | undefined;
}

export class Zone {
  /** `cluster.local`. */
  readonly domain: string;
  readonly #names = new Map<string, Name>();
  readonly #owned = new Map<string, ServiceNames>();
  #serial = 1;

  constructor(domain: string) {
    this.domain = domain;
    const own = (name: string, data: ResourceRecord["data"]): ResourceRecord => ({
      name,
      ttlSeconds: clusterTtlSeconds,
      data,
    });
    const records = [
      own(domain, { type: "NS", target: `ns.dns.${domain}` }),
      own(`dns-version.${domain}`, { type: "TXT", text: specification }),
    ];
    for (const name of [`svc.${domain}`, `pod.${domain}`]) this.#hold(name);
    this.#addRecords("", records);
  }

  /** Replaces what `owner` (a service's key) gives; undefined when it is gone. */
  set(owner: string, names: ServiceNames | undefined): void {
    const old = this.#owned.get(owner);
    this.#serial = (this.#serial % 0xffff_fffe) + 1;
    if (old !== undefined) {
      for (const name of new Set(old.records.map((record) => record.name))) this.#removeRecords(owner, name);
      this.#release(old.name);
    }
    if (names === undefined) {
      this.#owned.delete(owner);
      return;
    }
    this.#owned.set(owner, names);
    this.#hold(names.name);
    this.#addRecords(owner, names.records);
  }

  /** Whether the zone answers for the name, if only that it does not exist. */
  holds(name: string): boolean {
    return isWithin(name, this.domain);
  }

  /** Whether the name has records; reverse names are ours only one by one. */
  has(name: string): boolean {
    return (this.#names.get(name)?.records.size ?? 0) > 0;
  }

  /** The bytes of `answer(name, type)`; undefined when that leaves the zone. */
  prepared(name: string, type: number): PreparedAnswer | undefined {
    const known = this.#names.get(name);
    const ready = known?.prepared.get(type);
    if (ready !== undefined) return ready;
    const { answer, leavesTo } = this.answer(name, type);
    if (leavesTo !== undefined) return undefined;
    const made = prepareAnswer(name, answer);
    // Aliases and additional records are other names', which change without this one; types are few, but any may ask.
    const lasting = answer.answers.every((record) => record.name === name) && answer.additional.length === 0;
    if (lasting && known !== undefined && type in lastingTypes) known.prepared.set(type, made);
    return made;
  }

  answer(name: string, type: number): ZoneAnswer {
    const answers: ResourceRecord[] = [];
    let at = name;
    for (let aliases = 0; ; aliases += 1) {
      const records = this.#recordsOf(at);
      const found = records.filter(({ data }) => type === recordTypes.ANY || recordTypes[data.type] === type);
      answers.push(...found);
      const alias = records.find(({ data }) => data.type === "CNAME");
      if (found.length > 0 || alias?.data.type !== "CNAME" || aliases === maxAliases) {
        return { answer: this.#answerOf(at, answers, found.length > 0), leavesTo: undefined };
      }
      answers.push(alias);
      const { target } = alias.data;
      if (!this.holds(target)) return { answer: this.#answerOf(at, answers, true), leavesTo: target };
      at = target;
    }
  }

  /** The answer that ends at `last`, a name of the zone. */
  #answerOf(last: string, answers: readonly ResourceRecord[], found: boolean): Answer {
    return {
      code: this.#names.has(last) ? "NOERROR" : "NXDOMAIN",
      authoritative: true,
      answers,
      authority: found ? [] : this.soa,
      additional: this.#targets(answers),
    };
  }

  /** The addresses of SRV targets, which askers want next. */
  #targets(answers: readonly ResourceRecord[]): readonly ResourceRecord[] {
    const targets = new Set(answers.flatMap(({ data }) => (data.type === "SRV" ? [data.target] : [])));
    return [...targets].flatMap((target) =>
      this.#recordsOf(target).filter(({ data }) => data.type === "A" || data.type === "AAAA"),
    );
  }

  /** The start of authority, as negative answers carry it. */
  get soa(): readonly ResourceRecord[] {
    const { domain } = this;
    const soa: ResourceRecord = {
      name: domain,
      ttlSeconds: clusterTtlSeconds,
      data: {
        type: "SOA",
        server: `ns.dns.${domain}`,
        mailbox: `hostmaster.${domain}`,
        serial: this.#serial,
        minimumSeconds: clusterTtlSeconds,
      },
    };
    return [soa];
  }

  #recordsOf(name: string): readonly ResourceRecord[] {
    const records = [...(this.#names.get(name)?.records.values() ?? [])].flat();
    return name === this.domain ? [...this.soa, ...records] : records;
  }

  #addRecords(owner: string, records: readonly ResourceRecord[]): void {
    for (const [name, own] of Map.groupBy(records, (record) => record.name)) {
      const known = this.#names.get(name) ?? this.#make(name);
      known.records.set(owner, own);
      known.prepared.clear();
    }
  }

  #removeRecords(owner: string, name: string): void {
    const known = this.#names.get(name);
    known?.records.delete(owner);
    known?.prepared.clear();
    if (known !== undefined) this.#dropIfEmpty(name, known);
  }

  /** Keeps a name, and those above it, in existence. */
  #hold(name: string): void {
    const known = this.#names.get(name) ?? this.#make(name);
    known.children += 1;
  }

  #release(name: string): void {
    const known = this.#names.get(name);
    if (known === undefined) return;
    known.children -= 1;
    this.#dropIfEmpty(name, known);
  }

  #make(name: string): Name {
    const made: Name = { records: new Map(), children: 0, prepared: new Map() };
    this.#names.set(name, made);
    if (name !== this.domain && name !== "") this.#hold(parentOf(name));
    return made;
  }

  #dropIfEmpty(name: string, known: Name): void {
    if (known.children > 0 || known.records.size > 0) return;
    this.#names.delete(name);
    if (name !== this.domain && name !== "") this.#release(parentOf(name));
  }
}

/** Types whose answers are kept; others are made each time, so that odd questions hold no memory. */
const lastingTypes: Readonly<Record<number, true>> = Object.fromEntries(
  [recordTypes.A, recordTypes.AAAA, recordTypes.PTR, recordTypes.TXT, recordTypes.NS].map((type) => [
    type,
    true,
  ]),
);
