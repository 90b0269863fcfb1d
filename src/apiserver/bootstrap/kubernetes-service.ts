/**
 * `default/kubernetes`: how pods reach the API server, as a Service with the advertised address behind it.
 */
import { type EndpointSlice, type Endpoints, type KubeObject, same } from "#api";
import type { Catalog } from "../catalog.ts";
import { copyOf } from "../registry/plain-data.ts";
import type { BootstrapOptions } from "./bootstrap.ts";
import type { OwnCalls } from "./own-calls.ts";

const NAME = "kubernetes";
const NAMESPACE = "default";
const KEY = `${NAMESPACE}/${NAME}`;
const PORT = 443;

export async function reconcileEndpoints(
  calls: OwnCalls,
  catalog: Catalog,
  options: BootstrapOptions,
): Promise<void> {
  const { advertised, serviceAddress } = options;
  const services = catalog.of("", "services");
  if (!(await calls.list(services)).has(KEY)) {
    const labels = { component: "apiserver", provider: NAME };
    const ports = [{ name: "https", protocol: "TCP", port: PORT, targetPort: advertised?.port ?? 6443 }];
    const spec = {
      clusterIP: serviceAddress,
      clusterIPs: [serviceAddress],
      type: "ClusterIP",
      sessionAffinity: "None",
      ports,
    };
    await calls.create(services, { metadata: { name: NAME, namespace: NAMESPACE, labels }, spec });
  }
  if (advertised === undefined) return;
  await reconcileClassic(calls, catalog, advertised);
  await reconcileSlice(calls, catalog, advertised);
}

type Advertised = NonNullable<BootstrapOptions["advertised"]>;

async function reconcileClassic(
  calls: OwnCalls,
  catalog: Catalog,
  { address, port }: Advertised,
): Promise<void> {
  const resource = catalog.of("", "endpoints");
  const labels = { "endpointslice.kubernetes.io/skip-mirror": "true" };
  const subsets = [{ addresses: [{ ip: address }], ports: [{ name: "https", port, protocol: "TCP" }] }];
  const found = (await calls.list<KubeObject & Endpoints>(resource)).get(KEY);
  if (found === undefined)
    return calls.create(resource, { metadata: { name: NAME, namespace: NAMESPACE, labels }, subsets });
  if (same(found.subsets, subsets)) return;
  await calls.update(resource, Object.assign(copyOf(found), { subsets }));
}

async function reconcileSlice(
  calls: OwnCalls,
  catalog: Catalog,
  { address, port }: Advertised,
): Promise<void> {
  const resource = catalog.of("discovery.k8s.io", "endpointslices");
  const labels = { "kubernetes.io/service-name": NAME };
  const endpoints = [{ addresses: [address], conditions: { ready: true } }];
  const ports = [{ name: "https", port, protocol: "TCP" }];
  const found = (await calls.list<KubeObject & EndpointSlice>(resource)).get(KEY);
  if (found === undefined) {
    return calls.create(resource, {
      metadata: { name: NAME, namespace: NAMESPACE, labels },
      addressType: "IPv4",
      endpoints,
      ports,
    });
  }
  if (same(found.endpoints, endpoints) && same(found.ports, ports)) return;
  await calls.update(resource, Object.assign(copyOf(found), { endpoints, ports }));
}
