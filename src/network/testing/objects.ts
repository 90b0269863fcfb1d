/** Services and endpoint slices for tests of this room, whole as the API server would complete them. */
import type { EndpointSlice, Service } from "#api";

export interface EndpointDraft {
  readonly address: string;
  readonly ready?: boolean;
  readonly serving?: boolean;
  readonly terminating?: boolean;
  readonly node?: string;
  readonly zones?: readonly string[];
  readonly nodes?: readonly string[];
  readonly hostname?: string;
}

/** `name` is in namespace `default` unless written `namespace/name`. */
export function service(
  name: string,
  spec: Readonly<Record<string, unknown>> & {
    readonly clusterIP?: string;
    readonly clusterIPs?: readonly string[];
  },
  status: Service["status"] = {} as Service["status"],
): Service {
  const [namespace, short] = split(name);
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: short, namespace },
    spec: {
      type: "ClusterIP",
      internalTrafficPolicy: "Cluster",
      sessionAffinity: "None",
      ...spec,
      clusterIPs: spec.clusterIPs ?? (spec.clusterIP === undefined ? [] : [spec.clusterIP]),
    },
    status,
  } as Service;
}

/** A slice of that service; ports by name. */
export function slice(
  name: string,
  ports: Readonly<Record<string, number>>,
  endpoints: readonly EndpointDraft[],
  options: { readonly suffix?: string; readonly protocol?: string; readonly headless?: boolean } = {},
): EndpointSlice {
  const [namespace, short] = split(name);
  const v6 = endpoints[0]?.address.includes(":") === true;
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: `${short}-${options.suffix ?? (v6 ? "v6" : "v4")}`,
      namespace,
      labels: { "kubernetes.io/service-name": short },
    },
    addressType: v6 ? "IPv6" : "IPv4",
    ports: Object.entries(ports).map(([port, number]) => ({
      name: port,
      port: number,
      protocol: options.protocol ?? "TCP",
    })),
    endpoints: endpoints.map(endpoint),
  } as EndpointSlice;
}

function endpoint(draft: EndpointDraft): object {
  const { address, ready = true, terminating = false, serving = ready, node, hostname } = draft;
  const hints = {
    ...(draft.zones === undefined ? {} : { forZones: draft.zones.map((name) => ({ name })) }),
    ...(draft.nodes === undefined ? {} : { forNodes: draft.nodes.map((name) => ({ name })) }),
  };
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
    ...(node === undefined ? {} : { nodeName: node }),
    ...(hostname === undefined ? {} : { hostname }),
    ...(Object.keys(hints).length === 0 ? {} : { hints }),
  };
}

function split(name: string): readonly [string, string] {
  const [first = "", second] = name.split("/");
  return second === undefined ? ["default", first] : [first, second];
}
