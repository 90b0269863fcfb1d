/**
 * The names that one service gives the cluster, by the Kubernetes DNS specification 1.1.0. Pure.
 *
 *   web.default.svc.cluster.local           A 10.96.0.5                 (cluster IP), or each endpoint's (headless)
 *   _http._tcp.web.default.svc...           SRV 0 100 80 web.default.svc...
 *   db-0.db.default.svc...                  A 10.244.0.3                (headless, by hostname or address)
 *   5.0.96.10.in-addr.arpa                  PTR web.default.svc...
 */
import { type Endpoint, type EndpointSlice, formatIp, parseIp, type Service } from "#api";
import { clusterTtlSeconds } from "./limits.ts";
import { isWireName } from "./name.ts";
import type { RecordData, ResourceRecord } from "./record.ts";

/** Records of a service in `domain`. A service without records (a headless one without endpoints) still has its name. */
export interface ServiceNames {
  readonly name: string;
  readonly records: readonly ResourceRecord[];
}

export function serviceNames(
  service: Service,
  slices: readonly EndpointSlice[],
  domain: string,
): ServiceNames {
  const { namespace = "", name: short = "" } = service.metadata;
  const name = `${short}.${namespace}.svc.${domain}`.toLowerCase();
  const { spec } = service;
  if (spec.type === "ExternalName") return { name, records: alias(name, spec.externalName ?? "") };
  const ips = spec.clusterIPs ?? (spec.clusterIP === undefined ? [] : [spec.clusterIP]);
  if (ips.includes("None")) return { name, records: headless(name, slices) };
  const addresses = ips.map(parseIp).filter((address) => address !== undefined);
  const srv = (spec.ports ?? []).flatMap((port) =>
    (port.name ?? "") === "" ? [] : [srvRecord(name, port, port.port, 100, name)],
  );
  const own = addresses.flatMap((address) => [
    record(name, addressData(address)),
    record(reverseName(address), { type: "PTR", target: name }),
  ]);
  return { name, records: addresses.length === 0 ? [] : [...own, ...srv] };
}

/** `5.0.96.10.in-addr.arpa`, or the 32 digits of `ip6.arpa`. */
function reverseName(address: Uint8Array): string {
  if (address.length === 4) return `${[...address].reverse().join(".")}.in-addr.arpa`;
  const digits = Buffer.from(address).toString("hex");
  return `${[...digits].reverse().join(".")}.ip6.arpa`;
}

/** An A or AAAA record's data. */
export function addressData(address: Uint8Array): RecordData {
  return { type: address.length === 4 ? "A" : "AAAA", address };
}

function alias(name: string, external: string): readonly ResourceRecord[] {
  const target = external.toLowerCase().replace(/\.$/, "");
  return isWireName(target) && target !== "" ? [record(name, { type: "CNAME", target })] : [];
}

function headless(name: string, slices: readonly EndpointSlice[]): readonly ResourceRecord[] {
  const records = new Map<string, ResourceRecord>();
  const add = (one: ResourceRecord): void => {
    records.set(`${one.name} ${JSON.stringify(one.data)}`, one);
  };
  for (const slice of slices) {
    if (slice.addressType === "FQDN") continue;
    const ready = (slice.endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false);
    for (const endpoint of ready) {
      for (const text of endpoint.addresses) {
        const address = parseIp(text);
        if (address === undefined) continue;
        const host = `${hostOf(endpoint, address)}.${name}`;
        add(record(name, addressData(address)));
        add(record(host, addressData(address)));
        add(record(reverseName(address), { type: "PTR", target: host }));
        for (const port of slice.ports ?? []) {
          if ((port.name ?? "") === "" || port.port === undefined) continue;
          add(srvRecord(name, port, port.port, Math.max(1, Math.floor(100 / ready.length)), host));
        }
      }
    }
  }
  return [...records.values()];
}

/** The endpoint's hostname, or its address with dashes. */
function hostOf({ hostname = "" }: Endpoint, address: Uint8Array): string {
  return hostname === "" ? formatIp(address).replace(/[.:]/g, "-") : hostname.toLowerCase();
}

function srvRecord(
  name: string,
  port: { readonly name?: string; readonly protocol?: string },
  number: number,
  weight: number,
  target: string,
): ResourceRecord {
  const owner = `_${port.name ?? ""}._${(port.protocol ?? "TCP").toLowerCase()}.${name}`;
  return record(owner, { type: "SRV", priority: 0, weight, port: number, target });
}

function record(name: string, data: RecordData): ResourceRecord {
  return { name, ttlSeconds: clusterTtlSeconds, data };
}
