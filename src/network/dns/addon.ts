/**
 * The objects that make the cluster's DNS findable, as kubeadm's addon has them, so that CoreDNS can be installed over
 * them: the Service `kube-system/kube-dns`, the account that reads names, and its role. What is there is left alone.
 */
import {
  clusterRoleBindings,
  clusterRoles,
  isStatus,
  type KubeObject,
  type Resource,
  serviceAccounts,
  services,
} from "#api";
import type { Client, NewObject } from "#client";

export const dnsNamespace = "kube-system";
export const dnsService = "kube-dns";
/** The account of kube-system that reads Services and EndpointSlices. */
export const dnsAccount = "coredns";

export const dnsPort = 53;
export const dnsMetricsPort = 9_153;

/** Makes what is missing. `address`: the Service's. */
export async function installAddon(client: Client, address: string, signal: AbortSignal): Promise<void> {
  const create = <T extends KubeObject>(resource: Resource<T>, object: NewObject<T>): Promise<void> =>
    createMissing(client, resource, object, signal);
  const role = "system:coredns";
  await create(serviceAccounts, { metadata: { name: dnsAccount, namespace: dnsNamespace } });
  await create(clusterRoles, {
    metadata: { name: role },
    rules: [
      {
        apiGroups: [""],
        resources: ["endpoints", "services", "pods", "namespaces"],
        verbs: ["list", "watch"],
      },
      { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
    ],
  });
  await create(clusterRoleBindings, {
    metadata: { name: role },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
    subjects: [{ kind: "ServiceAccount", name: dnsAccount, namespace: dnsNamespace }],
  });
  await create(services, {
    metadata: {
      name: dnsService,
      namespace: dnsNamespace,
      labels: {
        "k8s-app": dnsService,
        "kubernetes.io/cluster-service": "true",
        "kubernetes.io/name": "CoreDNS",
      },
      annotations: { "prometheus.io/port": String(dnsMetricsPort), "prometheus.io/scrape": "true" },
    },
    spec: {
      clusterIP: address,
      clusterIPs: [address],
      ports: [
        { name: "dns", port: dnsPort, protocol: "UDP", targetPort: dnsPort },
        { name: "dns-tcp", port: dnsPort, protocol: "TCP", targetPort: dnsPort },
        { name: "metrics", port: dnsMetricsPort, protocol: "TCP", targetPort: dnsMetricsPort },
      ],
    },
  });
}

async function createMissing<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  object: NewObject<T>,
  signal: AbortSignal,
): Promise<void> {
  const { name = "", namespace } = (object as NewObject<KubeObject>).metadata ?? {};
  try {
    await client.of(resource).get({ name, namespace }, signal);
  } catch (error) {
    if (!isStatus(error, "NotFound")) throw error;
    await client
      .of(resource)
      .create(object, signal)
      .catch((refused: unknown) => {
        if (!isStatus(refused, "AlreadyExists")) throw refused;
      });
  }
}
