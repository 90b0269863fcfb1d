/**
 * What is told of service addresses and node ports, by upstream's names: each taking as it is tried, and how many are taken
 * and free when it is asked.
 */
import { type IPAddress, parseIp } from "#api";
import type { Metrics } from "#base";
import type { Registry } from "../registry/registry.ts";
import type { AddressRange, Family } from "./address-range.ts";
import type { ServiceAddresses } from "./service-addresses.ts";
import type { ServicePorts } from "./service-ports.ts";

/** Asked for by name, or any. */
export type Scope = "static" | "dynamic";

/** Prometheus' usual ones. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const addressPrefix = "kube_apiserver_clusterip_allocator";
const portPrefix = "kube_apiserver_nodeport_allocator";

/** One try to take an address of a range. */
export function countAddress(metrics: Metrics, range: AddressRange, scope: Scope, taken: boolean): void {
  const labels = ["cidr", "scope"];
  const counter = taken
    ? metrics.counter(`${addressPrefix}_allocation_total`, "Number of Cluster IPs allocations", labels)
    : metrics.counter(
        `${addressPrefix}_allocation_errors_total`,
        "Number of errors trying to allocate Cluster IPs",
        labels,
      );
  counter.inc(1, range.text, scope);
}

/** How long taking one took. */
export function timeAddress(metrics: Metrics, range: AddressRange, ms: number): void {
  const help = "Duration in seconds to allocate a Cluster IP by ServiceCIDR";
  metrics
    .histogram(`${addressPrefix}_allocation_duration_seconds`, help, buckets, ["cidr"])
    .observe(ms / 1000, range.text);
}

/** One try to take a node port. */
export function countPort(metrics: Metrics, scope: Scope, taken: boolean): void {
  const counter = taken
    ? metrics.counter(`${portPrefix}_allocation_total`, "Number of NodePort allocations", ["scope"])
    : metrics.counter(
        `${portPrefix}_allocation_errors_total`,
        "Number of errors trying to allocate NodePort",
        ["scope"],
      );
  counter.inc(1, scope);
}

/** Sets the gauges to the state of the store. */
export function gaugeAllocations(
  registry: Registry,
  { addresses, ports }: { readonly addresses: ServiceAddresses; readonly ports: ServicePorts },
): void {
  const { env, objects, store } = registry;
  const gauge = (name: string, help: string, labels: readonly string[] = []) =>
    env.metrics.gauge(name, help, labels);
  const taken = [...objects.list<IPAddress>("networking.k8s.io", "ipaddresses")].flatMap(
    ({ metadata }) => parseIp(metadata.name ?? "") ?? [],
  );
  for (const family of ["IPv4", "IPv6"] satisfies readonly Family[]) {
    for (const { range } of addresses.usable(registry, family)) {
      const count = taken.filter((address) => range.holds(address)).length;
      const allocated = "Gauge measuring the number of allocated IPs for Services";
      gauge(`${addressPrefix}_allocated_ips`, allocated, ["cidr"]).set(count, range.text);
      const available = "Gauge measuring the number of available IPs for Services";
      gauge(`${addressPrefix}_available_ips`, available, ["cidr"]).set(range.size - count, range.text);
    }
  }
  const used = ports.decode(store.snapshot().get(ports.key)?.value).size;
  gauge(
    `${portPrefix}_allocated_ports`,
    "Gauge measuring the number of allocated NodePorts for Services",
  ).set(used);
  gauge(
    `${portPrefix}_available_ports`,
    "Gauge measuring the number of available NodePorts for Services",
  ).set(ports.size - used);
}
