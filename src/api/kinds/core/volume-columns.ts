/** Cells that volumes and claims print alike. */
import type { KubeObject } from "../../schema/mod.ts";

const short: Readonly<Record<string, string>> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};

/** `RWO,ROX`, in the order of upstream whatever the author's. */
export function accessModesText(modes: readonly string[] | undefined): string {
  return Object.entries(short)
    .filter(([mode]) => modes?.includes(mode))
    .map(([, text]) => text)
    .join(",");
}

/** The phase, or `Terminating` for an object that is being deleted. */
export function phaseText(object: KubeObject & { readonly status: { readonly phase?: string } }): string {
  return object.metadata.deletionTimestamp ? "Terminating" : (object.status.phase ?? "");
}

/** The class by its old annotation, else by its field. */
export function storageClassOf(
  object: KubeObject & { readonly spec: { readonly storageClassName?: string } },
): string {
  return (
    object.metadata.annotations?.["volume.beta.kubernetes.io/storage-class"] ??
    object.spec.storageClassName ??
    ""
  );
}
