/** Who a StatefulSet's pod is: its ordinal, name, host name, labels and claims. Pure. */
import type { DeepPartial, NewObject } from "#client";
import type { PersistentVolumeClaim, Pod, PodTemplateSpec, StatefulSet, Volume } from "#api";
import { podFromTemplate } from "../new-pod.ts";
import { REVISION_LABEL } from "../revision-history.ts";

/** The ordinal in `web-3`, for a pod of the set `web`; undefined for any other name. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const prefix = `${set.metadata.name}-`;
  const { name = "" } = pod.metadata;
  const digits = name.startsWith(prefix) ? name.slice(prefix.length) : "";
  return /^(0|[1-9]\d*)$/.test(digits) ? Number(digits) : undefined;
}

export function claimNames(set: StatefulSet, ordinal: number): readonly string[] {
  return (set.spec.volumeClaimTemplates ?? []).map(
    ({ metadata }) => `${metadata.name}-${set.metadata.name}-${ordinal}`,
  );
}

/** The claims of one pod, as new objects. */
export function claimsOf(set: StatefulSet, ordinal: number): readonly NewObject<PersistentVolumeClaim>[] {
  const names = claimNames(set, ordinal);
  return (set.spec.volumeClaimTemplates ?? []).map((template, at) => ({
    metadata: {
      name: names[at] ?? "",
      namespace: set.metadata.namespace,
      labels: { ...template.metadata.labels, ...set.spec.selector?.matchLabels },
      ...(template.metadata.annotations === undefined ? {} : { annotations: template.metadata.annotations }),
    },
    spec: template.spec,
  }));
}

/** The pod of `ordinal` from the template of revision `revision`. */
export function podOf(
  set: StatefulSet,
  template: PodTemplateSpec,
  revision: string,
  ordinal: number,
): NewObject<Pod> {
  const name = `${set.metadata.name}-${ordinal}`;
  const pod = podFromTemplate(template, set, name);
  const claims = claimNames(set, ordinal);
  const templates = (set.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name ?? "");
  const claimed: DeepPartial<Volume>[] = templates.map((volume, at) => ({
    name: volume,
    persistentVolumeClaim: { claimName: claims[at] ?? "" },
  }));
  const others = (template.spec.volumes ?? []).filter((volume) => !templates.includes(volume.name));
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: {
        ...template.metadata.labels,
        "statefulset.kubernetes.io/pod-name": name,
        "apps.kubernetes.io/pod-index": String(ordinal),
        [REVISION_LABEL]: revision,
      },
    },
    spec: {
      ...template.spec,
      hostname: name,
      subdomain: set.spec.serviceName,
      volumes: [...claimed, ...others],
    },
  };
}
