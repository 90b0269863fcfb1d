/** Volumes that do nothing any more, or soon will not, and sizes that cannot be. */
import type { PersistentVolume, PersistentVolumeClaim, Volume } from "../../types/core/mod.ts";
import { termWarnings } from "./node-label-warnings.ts";
import { fractionWarning } from "./fraction-warning.ts";

const deprecatedSources: Readonly<Record<string, string>> = {
  cephfs: "deprecated in v1.28, non-functional in v1.31+",
  flocker: "deprecated in v1.22, non-functional in v1.25+",
  gitRepo: "deprecated in v1.11, and disabled by default in v1.33+",
  glusterfs: "deprecated in v1.25, non-functional in v1.26+",
  photonPersistentDisk: "deprecated in v1.11, non-functional in v1.16+",
  quobyte: "deprecated in v1.22, non-functional in v1.25+",
  rbd: "deprecated in v1.28, non-functional in v1.31+",
  scaleIO: "deprecated in v1.16, non-functional in v1.22+",
  storageos: "deprecated in v1.22, non-functional in v1.25+",
};
const classBeta = "volume.beta.kubernetes.io/storage-class";
const optionsBeta = "volume.beta.kubernetes.io/mount-options";

/** Of a volume of a pod. */
export function volumeWarnings(volume: Volume, path: string): readonly string[] {
  const size = volume.emptyDir?.sizeLimit;
  const claim = volume.ephemeral?.volumeClaimTemplate;
  return [
    ...sourceWarnings(volume, path),
    ...fractionWarning(size, `${path}.emptyDir.sizeLimit`),
    ...(claim === undefined
      ? []
      : claimSpecWarnings(claim.spec, `${path}.ephemeral.volumeClaimTemplate.spec`)),
  ];
}

/** Of a PersistentVolume. */
export function persistentVolumeWarnings({ metadata, spec }: PersistentVolume): readonly string[] {
  const recycle =
    "The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.";
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  return [
    ...annotationWarning(metadata.annotations, classBeta, "storageClassName"),
    ...annotationWarning(metadata.annotations, optionsBeta, "mountOptions", "deprecated since v1.31"),
    ...(spec.persistentVolumeReclaimPolicy === "Recycle"
      ? [`spec.persistentVolumeReclaimPolicy: ${recycle}`]
      : []),
    ...terms.flatMap((term, i) => termWarnings(term, `spec.nodeAffinity.required.nodeSelectorTerms[${i}]`)),
    ...sourceWarnings(spec, "spec"),
  ];
}

/** Of a PersistentVolumeClaim. */
export function claimWarnings({ metadata, spec }: PersistentVolumeClaim): readonly string[] {
  return [
    ...annotationWarning(metadata.annotations, classBeta, "storageClassName"),
    ...claimSpecWarnings(spec, "spec"),
  ];
}

function claimSpecWarnings({ resources }: PersistentVolumeClaim["spec"], path: string): readonly string[] {
  return [
    ...fractionWarning(resources?.limits?.["storage"], `${path}.resources.limits[storage]`),
    ...fractionWarning(resources?.requests?.["storage"], `${path}.resources.requests[storage]`),
  ];
}

function annotationWarning(
  annotations: Readonly<Record<string, string>> | undefined,
  key: string,
  attribute: string,
  since = "deprecated since v1.8",
): readonly string[] {
  if (annotations?.[key] === undefined) return [];
  return [`metadata.annotations[${key}]: ${since}; use "${attribute}" attribute instead`];
}

function sourceWarnings(source: object, path: string): readonly string[] {
  const found: string[] = [];
  for (const name of Object.keys(source)) {
    if (Object.hasOwn(deprecatedSources, name)) found.push(`${path}.${name}: ${deprecatedSources[name]}`);
  }
  return found;
}
