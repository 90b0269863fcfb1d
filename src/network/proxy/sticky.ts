/**
 * Client affinity: each endpoint has a set of the clients that were sent to it, and the kernel forgets a client that has
 * not come for the service's time. A new connection goes where its client is remembered, else anywhere. This is the
 * one place where a packet (a connection's first) costs a look-up for each endpoint; so does kube-proxy.
 */
import type { Entry, Family } from "./entry.ts";
import { maxAffinityClients } from "./limits.ts";
import type { Lists } from "./service-rules.ts";

/** Chains and sets of one port: all frontends share them, so that a client stays where it is by any way in. */
export function stickyEntries(family: Family, lists: Lists, timeoutSeconds: number): readonly Entry[] {
  const { id, cluster, local } = lists;
  const entries: Entry[] = [];
  for (const backend of new Set([...cluster, ...local])) {
    const name = nameOf(id, backend);
    const [address = "", port = ""] = backend.split(" . ");
    const target = family === "ip" ? `${address}:${port}` : `[${address}]:${port}`;
    entries.push({ kind: "set", family, name, type: clientSet(family) });
    const rules = [
      `update @${name} { ${family} saddr timeout ${timeoutSeconds}s }`,
      `meta l4proto { tcp, udp, sctp } dnat ${family} to ${target}`,
    ];
    entries.push({ kind: "chain", family, name, rules });
  }
  if (cluster.length > 0) entries.push(chooser(family, id, "", cluster));
  if (local.length > 0) entries.push(chooser(family, id, "-local", local));
  return entries;
}

function chooser(family: Family, id: string, scope: string, backends: readonly string[]): Entry {
  const names = backends.map((backend) => nameOf(id, backend));
  const remembered = names.map((name) => `${family} saddr @${name} goto ${name}`);
  const targets = names.map((name, slot) => `${slot} : goto ${name}`);
  const anywhere = `numgen random mod ${names.length} vmap { ${targets.join(", ")} }`;
  return { kind: "chain", family, name: `sticky${scope}-${id}`, rules: [...remembered, anywhere] };
}

function nameOf(id: string, backend: string): string {
  return `to-${backend.replace(" . ", "-").replaceAll(":", "_")}-of-${id}`;
}

function clientSet(family: Family): string {
  const address = family === "ip" ? "ipv4_addr" : "ipv6_addr";
  return `type ${address}; flags dynamic,timeout; size ${maxAffinityClients}`;
}
