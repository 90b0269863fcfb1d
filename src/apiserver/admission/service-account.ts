/**
 * Every pod runs as a service account of its namespace, with that account's token, the cluster's root
 * certificate and its namespace projected into each container, unless the pod or the account says no; and beside them
 * what a cluster gives to every pod, in ConfigMaps of its namespace.
 */
import { type Pod, type ServiceAccount, type Volume, forbidden } from "#api";
import type { AdmissionPlugin, AdmissionRequest } from "./admission.ts";

const MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
const VOLUME_PREFIX = "kube-api-access-";
/** What upstream asks for: an hour and a margin that tells this projection from others. */
const TOKEN_SECONDS = 3_607;
const MIRROR = "kubernetes.io/config.mirror";
const READ_MODE = 0o644;

/** One key of a ConfigMap, which is the file's name too. */
export interface ConfigMapKey {
  readonly name: string;
  readonly key: string;
}

/** `beside`: what follows upstream's three sources in each token's volume. A pod waits for a ConfigMap that is not there. */
export const serviceAccount = (beside: readonly ConfigMapKey[]): AdmissionPlugin => ({
  operations: ["CREATE"],
  resources: ["pods"],
  mutate(request, { objects, random }) {
    const pod = request.object as Pod;
    if (isMirror(pod)) return;
    pod.spec.serviceAccountName ||= "default";
    pod.spec.serviceAccount = pod.spec.serviceAccountName;
    const account = objects.get<ServiceAccount>(
      "",
      "serviceaccounts",
      request.namespace,
      pod.spec.serviceAccountName,
    );
    if (account === undefined) throw unknownAccount(request, pod);
    const mounts = pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
    if (mounts) mountToken(pod, beside, () => random.suffix(5));
    const secrets = account.imagePullSecrets ?? [];
    if ((pod.spec.imagePullSecrets ?? []).length === 0 && secrets.length > 0) {
      pod.spec.imagePullSecrets = secrets.map((one) => ({ ...one }));
    }
  },
  validate(request, { objects }) {
    const pod = request.object as Pod;
    if (isMirror(pod)) return checkMirror(request, pod);
    const name = pod.spec.serviceAccountName ?? "";
    if (objects.get("", "serviceaccounts", request.namespace, name) === undefined)
      throw unknownAccount(request, pod);
  },
});

function isMirror(pod: Pod): boolean {
  return pod.metadata.annotations?.[MIRROR] !== undefined;
}

/** A mirror of a static pod has no account, and may not use what belongs to one. */
function checkMirror(request: AdmissionRequest, pod: Pod): void {
  const refuse = (detail: string): never => {
    throw forbidden(request.resource, request.name, detail);
  };
  if ((pod.spec.serviceAccountName ?? "") !== "") refuse("a mirror pod may not reference service accounts");
  for (const volume of pod.spec.volumes ?? []) {
    if (volume.secret !== undefined) refuse("a mirror pod may not reference secrets");
    if (volume.projected?.sources?.some((one) => one.serviceAccountToken !== undefined)) {
      refuse("a mirror pod may not use ServiceAccountToken volume projections");
    }
  }
}

function unknownAccount(request: AdmissionRequest, pod: Pod): Error {
  const { namespace } = request;
  const name = pod.spec.serviceAccountName;
  return forbidden(
    request.resource,
    request.name,
    `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`,
  );
}

function mountToken(pod: Pod, beside: readonly ConfigMapKey[], suffix: () => string): void {
  const { spec } = pod;
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const existing = (spec.volumes ?? []).find((volume) => volume.name?.startsWith(VOLUME_PREFIX));
  const name = existing?.name ?? `${VOLUME_PREFIX}${suffix()}`;
  let isUsed = false;
  for (const container of containers) {
    if ((container.volumeMounts ?? []).some((mount) => mount.mountPath === MOUNT_PATH)) continue;
    container.volumeMounts = [
      ...(container.volumeMounts ?? []),
      { name, readOnly: true, mountPath: MOUNT_PATH },
    ];
    isUsed = true;
  }
  if (isUsed && existing === undefined) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name, beside)];
}

function tokenVolume(name: string, beside: readonly ConfigMapKey[]): Volume {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: "token" } },
        configMapSource({ name: "kube-root-ca.crt", key: "ca.crt" }),
        {
          downwardAPI: {
            items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
          },
        },
        ...beside.map(configMapSource),
      ],
      defaultMode: READ_MODE,
    },
  } as Volume;
}

function configMapSource({ name, key }: ConfigMapKey): object {
  return { configMap: { name, items: [{ key, path: key }] } };
}
