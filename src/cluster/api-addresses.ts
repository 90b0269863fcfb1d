/** The addresses of a cluster's API: where it listens, what it is called by, what its certificate says. */
import { networkInterfaces } from "node:os";
import type { ensureClusterPki } from "#base/pki";
import type { ClusterConfig } from "./cluster-config.ts";
import type { ListenAddress } from "./cluster-options.ts";
import { firstAddresses } from "./network-ranges.ts";

/** What the server's certificate is valid for. */
export function certificateNames({
  listen,
  advertise,
  ranges = {},
}: Pick<ClusterConfig, "listen" | "advertise" | "ranges">): Parameters<typeof ensureClusterPki>[2] {
  const { serviceRange, clusterDomain } = ranges;
  const own = advertise === undefined ? [] : [advertise];
  const addresses = ["127.0.0.1", "::1", ...firstAddresses(serviceRange), ...own];
  if (listen !== undefined && isWild(listen.host)) addresses.push(...machineAddresses());
  const host = listen === undefined ? undefined : reachable(listen.host);
  const isAddress = host !== undefined && /^[\d.]+$|:/.test(host);
  return {
    apiserverDnsNames: [
      "localhost",
      ...(clusterDomain === undefined ? [] : [`kubernetes.default.svc.${clusterDomain}`]),
      ...(host !== undefined && !isAddress ? [host] : []),
    ],
    apiserverIpAddresses: isAddress ? [...addresses, host] : addresses,
  };
}

/** Where the server listens: at both, unless the first is every address already. */
export function listenAddresses(
  listen: ListenAddress,
  advertise: string | undefined,
): readonly ListenAddress[] {
  const covered = advertise === undefined || advertise === listen.host || isWild(listen.host);
  return covered ? [listen] : [listen, { host: advertise, port: listen.port }];
}

/** Where clients on this machine call a server that listens at `host`. */
export function localUrl(host: string, port: number): string {
  const address = reachable(host);
  return `https://${address.includes(":") ? `[${address}]` : address}:${port}`;
}

/** The endpoint of `default/kubernetes`. Loopback is nobody's but one's own, and the API refuses it there. */
export function advertisedAt(
  host: string,
  port: number,
): { readonly address: string; readonly port: number } | undefined {
  const usable = /^\d+\.\d+\.\d+\.\d+$/.test(host) && !host.startsWith("127.") && !isWild(host);
  return usable ? { address: host, port } : undefined;
}

/** What other machines may call a server by that listens at every address. */
function machineAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((those) => those ?? []);
  return all.filter(({ internal, scopeid }) => !internal && !scopeid).map(({ address }) => address);
}

function isWild(host: string): boolean {
  return host === "0.0.0.0" || host === "" || host === "::";
}

/** What clients on this machine call a server by that listens there. */
function reachable(host: string): string {
  if (host === "0.0.0.0" || host === "") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}
