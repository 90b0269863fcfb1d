/**
 * Volumes that are the files of an image (KEP-4639): pulled as a container's own image is, by the volume's
 * policy and with the pod's secrets, then mounted read-only; both when the first container wants them.
 */
import type { Pod } from "#api";
import type { ImagePuller } from "../image/puller.ts";
import type { PodSandboxConfig } from "../runtime/config.ts";
import type { PodVolumes } from "../volumes/volumes.ts";
import type { PodContainer } from "./containers.ts";

/** A container that is about to be made. */
export interface ImageVolumesRequest {
  readonly pod: Pod;
  readonly container: PodContainer;
  readonly sandbox: PodSandboxConfig;
  /** Host paths by volume name. */
  readonly volumes: ReadonlyMap<string, string>;
}

/** The paths with those of the container's image volumes. Rejects with `StartError` for want of an image. */
export async function withImageVolumes(
  { pod, container, sandbox, volumes }: ImageVolumesRequest,
  deps: { readonly puller: ImagePuller; readonly volumes: Pick<PodVolumes, "image"> },
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const wanted = new Set((container.spec.volumeMounts ?? []).map((one) => one.name));
  const paths = new Map(volumes);
  for (const { name, image } of pod.spec.volumes ?? []) {
    if (image === undefined || !wanted.has(name)) continue;
    const { reference = "", pullPolicy } = image;
    const policy = pullPolicy === undefined ? {} : { imagePullPolicy: pullPolicy };
    const asContainer = { ...container, spec: { ...container.spec, image: reference, ...policy } };
    const { id } = await deps.puller.ensure({ pod, container: asContainer, sandbox }, signal);
    paths.set(name, await deps.volumes.image(pod.metadata.uid ?? "", name, id, signal));
  }
  return paths;
}

/** References of images that a pod has as volumes, so that they are not collected. */
export function volumeImagesOf(pod: Pod): readonly string[] {
  return (pod.spec.volumes ?? []).flatMap(({ image }) => image?.reference ?? []);
}
