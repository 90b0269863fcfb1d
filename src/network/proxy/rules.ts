/** The whole table of a node as a pure function of Services and EndpointSlices. */
import type { EndpointSlice, Service } from "#api";
import { keyOf, keyText } from "#client";
import { serviceKeyOf } from "../service-key.ts";
import { baseEntries } from "./base-entries.ts";
import { families, type Table } from "./entry.ts";
import { Ledger } from "./ledger.ts";
import type { ProxyNode } from "./place.ts";
import { serviceRules } from "./service-rules.ts";

/** The owner of what no service claims; sorts before every service. */
export const nodeOwner = "";

/** What the kernel is to hold. Same input, in whatever order, gives the same table. */
export function rules(
  services: readonly Service[],
  endpointSlices: readonly EndpointSlice[],
  node: ProxyNode,
): Table {
  const ledger = new Ledger();
  ledger.claim(
    nodeOwner,
    families.flatMap((family) => baseEntries(family, node)),
  );
  const byService = Map.groupBy(endpointSlices, serviceKeyOf);
  for (const service of services) {
    const key = keyText(keyOf(service));
    ledger.claim(key, serviceRules(service, byService.get(key) ?? [], node).entries);
  }
  return ledger.table;
}
