/**
 * The table as the sum of what each owner (a service, the node) claims. Owners may claim the same entry: chains shared
 * by many are there as long as one needs them, and of two different entries of one id the owner that sorts first wins
 * (two services with one external address). Invariant: the table depends on the claims only, not on their order.
 */
import { assert } from "#base";
import { type Entry, idOf, sameEntry, type Table } from "./entry.ts";

/** One entry that came (`before` undefined), went (`after` undefined) or was replaced. */
export interface EntryChange {
  readonly before: Entry | undefined;
  readonly after: Entry | undefined;
}

interface Claim {
  readonly owner: string;
  readonly entry: Entry;
}

/** What several owners claim, with the one that counts. */
interface Contested {
  readonly claims: Map<string, Entry>;
  first: Claim;
}

/** One claim, as nearly always, or several. */
type Claims = Claim | Contested;

export class Ledger {
  readonly #claims = new Map<string, Claims>();
  /** Entries touched since the last `take`, as they were then. */
  readonly #before = new Map<string, Entry | undefined>();
  readonly #owners = new Map<string, readonly Entry[]>();

  /** Replaces all that `owner` claims. */
  claim(owner: string, entries: readonly Entry[]): void {
    for (const entry of this.#owners.get(owner) ?? []) this.#remove(this.#touch(entry), owner);
    for (const entry of entries) this.#add(this.#touch(entry), { owner, entry });
    if (entries.length === 0) this.#owners.delete(owner);
    else this.#owners.set(owner, entries);
  }

  /** How the table differs from what it was at the last call. */
  take(): readonly EntryChange[] {
    const changes: EntryChange[] = [];
    for (const [id, before] of this.#before) {
      const after = this.#at(id);
      const same = before !== undefined && after !== undefined ? sameEntry(before, after) : before === after;
      if (!same) changes.push({ before, after });
    }
    this.#before.clear();
    return changes;
  }

  get table(): Table {
    const table = new Map<string, Entry>();
    for (const [id, claims] of this.#claims) table.set(id, winner(claims).entry);
    return table;
  }

  /** Remembers what was there, and gives its id. */
  #touch(entry: Entry): string {
    const id = idOf(entry);
    if (!this.#before.has(id)) this.#before.set(id, this.#at(id));
    return id;
  }

  #at(id: string): Entry | undefined {
    const claims = this.#claims.get(id);
    return claims === undefined ? undefined : winner(claims).entry;
  }

  #add(id: string, claim: Claim): void {
    const known = this.#claims.get(id);
    if (known === undefined || (!("claims" in known) && known.owner === claim.owner)) {
      this.#claims.set(id, claim);
    } else if ("claims" in known) {
      known.claims.set(claim.owner, claim.entry);
      if (claim.owner <= known.first.owner) known.first = claim;
    } else {
      const claims = new Map([known, claim].map(({ owner, entry }) => [owner, entry]));
      this.#claims.set(id, { claims, first: claim.owner < known.owner ? claim : known });
    }
  }

  #remove(id: string, owner: string): void {
    const known = this.#claims.get(id);
    if (known === undefined) return;
    if (!("claims" in known)) {
      if (known.owner === owner) this.#claims.delete(id);
      return;
    }
    known.claims.delete(owner);
    if (known.first.owner === owner) known.first = firstOf(known.claims);
    if (known.claims.size === 1) this.#claims.set(id, known.first);
  }
}

function winner(claims: Claims): Claim {
  return "claims" in claims ? claims.first : claims;
}

function firstOf(claims: ReadonlyMap<string, Entry>): Claim {
  let first: Claim | undefined;
  for (const [owner, entry] of claims) {
    if (first === undefined || owner < first.owner) first = { owner, entry };
  }
  assert(first !== undefined, "An entry that several claim has no claim");
  return first;
}
