/**
 * Defaults of volumes: an empty one is an `emptyDir`; files of generated volumes are readable by all (0644).
 */
import { pullPolicyOf } from "./container-defaults.ts";
import type {
  ConfigMapVolumeSource,
  DownwardAPIVolumeSource,
  HostPathVolumeSource,
  ImageVolumeSource,
  ProjectedVolumeSource,
  SecretVolumeSource,
  ServiceAccountTokenProjection,
} from "./volume-source.ts";
import type { Volume } from "./volume.ts";

const readableByAll = 0o644;
const tokenLifeSeconds = 3600;

export function defaultVolume(volume: Volume): void {
  const { name: _, ...sources } = volume;
  if (Object.keys(sources).length === 0) volume.emptyDir = {};
}

export function defaultSecretVolume(source: SecretVolumeSource): void {
  source.defaultMode ??= readableByAll;
}

export function defaultConfigMapVolume(source: ConfigMapVolumeSource): void {
  source.defaultMode ??= readableByAll;
}

export function defaultDownwardVolume(source: DownwardAPIVolumeSource): void {
  source.defaultMode ??= readableByAll;
}

export function defaultProjectedVolume(source: ProjectedVolumeSource): void {
  source.defaultMode ??= readableByAll;
}

export function defaultHostPath(source: HostPathVolumeSource): void {
  source.type ??= "";
}

export function defaultImageVolume(source: ImageVolumeSource): void {
  source.pullPolicy ||= pullPolicyOf(source.reference ?? "");
}

export function defaultTokenProjection(source: ServiceAccountTokenProjection): void {
  source.expirationSeconds ??= tokenLifeSeconds;
}
