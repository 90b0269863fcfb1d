/** Amounts of several resources by name, exact. */
import { Quantity } from "../quantity.ts";

export type Amounts = ReadonlyMap<string, Quantity>;

/** As an object has them: `{ cpu: "100m" }`. */
export function amountsOf(list: Readonly<Record<string, string>> | undefined | null): Amounts {
  return new Map(Object.entries(list ?? {}).map(([name, text]) => [name, Quantity.parse(text)]));
}

/** As an object has them. */
export function listOf(amounts: Amounts): Record<string, string> {
  return Object.fromEntries([...amounts].map(([name, amount]) => [name, amount.toString()]));
}

export function sum(a: Amounts, b: Amounts): Amounts {
  const total = new Map(a);
  for (const [name, amount] of b) total.set(name, (total.get(name) ?? Quantity.zero).plus(amount));
  return total;
}

export function difference(a: Amounts, b: Amounts): Amounts {
  const left = new Map(a);
  for (const [name, amount] of b) left.set(name, (left.get(name) ?? Quantity.zero).minus(amount));
  return left;
}

/** The larger of each. */
export function larger(a: Amounts, b: Amounts): Amounts {
  const most = new Map(a);
  for (const [name, amount] of b) {
    const known = most.get(name);
    if (known === undefined || known.compare(amount) < 0) most.set(name, amount);
  }
  return most;
}

/** Only those names. */
export function only(amounts: Amounts, names: Iterable<string>): Amounts {
  const picked = new Map<string, Quantity>();
  for (const name of names) {
    const amount = amounts.get(name);
    if (amount !== undefined) picked.set(name, amount);
  }
  return picked;
}
