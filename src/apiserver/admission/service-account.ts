/**
 * ServiceAccount: every pod runs as an account of its namespace (`default` unless it names one), with that account's
 * pull secrets, and with a bound token, the cluster's CA and its namespace mounted where client libraries look.
 */
import { type Container, forbidden, type Pod, type ServiceAccount, type Volume } from "#api";
import type { AdmissionPlugin } from "./admission.ts";

const mountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
const volumePrefix = "kube-api-access-";
/** An hour and a bit, so that the kubelet renews before the hour is over; upstream's figure. */
const tokenSeconds = 3_607;
const mirrorAnnotation = "kubernetes.io/config.mirror";

export const serviceAccount: AdmissionPlugin = {
  operations: ["CREATE"],
  resources: ["pods"],
  mutate({ object, namespace, name }, { objects, random }) {
    const pod = object as Pod;
    if (pod.metadata.annotations?.[mirrorAnnotation] !== undefined) return;
    const accountName = pod.spec.serviceAccountName || "default";
    pod.spec.serviceAccountName = accountName;
    pod.spec.serviceAccount = accountName;
    const account = objects.get<ServiceAccount>("", "serviceaccounts", namespace, accountName);
    if (account === undefined) {
      const detail = `error looking up service account ${namespace}/${accountName}: serviceaccount "${accountName}" not found`;
      throw forbidden({ group: "", plural: "pods" }, name, detail);
    }
    if ((pod.spec.imagePullSecrets ?? []).length === 0 && (account.imagePullSecrets ?? []).length > 0) {
      pod.spec.imagePullSecrets = structuredClone(account.imagePullSecrets ?? []);
    }
    if (pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true)
      mountToken(pod, random.suffix(5));
  },
};

function mountToken(pod: Pod, suffix: string): void {
  const existing = (pod.spec.volumes ?? []).find((volume) => volume.name.startsWith(volumePrefix));
  const volumeName = existing?.name ?? `${volumePrefix}${suffix}`;
  let mounted = false;
  for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
    mounted = mountInto(container, volumeName) || mounted;
  }
  if (mounted && existing === undefined)
    pod.spec.volumes = [...(pod.spec.volumes ?? []), tokenVolume(volumeName)];
}

/** False when the container has something of its own there. */
function mountInto(container: Container, name: string): boolean {
  const mounts = container.volumeMounts ?? [];
  if (mounts.some((mount) => mount.mountPath === mountPath)) return false;
  container.volumeMounts = [...mounts, { name, readOnly: true, mountPath }];
  return true;
}

function tokenVolume(name: string): Volume {
  const fieldRef = { apiVersion: "v1", fieldPath: "metadata.namespace" };
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: tokenSeconds, path: "token" } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        { downwardAPI: { items: [{ path: "namespace", fieldRef }] } },
      ],
      defaultMode: 420,
    },
  } as Volume;
}
