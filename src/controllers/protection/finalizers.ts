/** Metadata with a finalizer put in or taken out; undefined when it is as wanted already. Pure. */
import type { KubeObject, ObjectMeta } from "#api";

export function withFinalizer({ metadata }: KubeObject, name: string): ObjectMeta | undefined {
  const finalizers = metadata.finalizers ?? [];
  return finalizers.includes(name) ? undefined : { ...metadata, finalizers: [...finalizers, name] };
}

/** The counterpart of `withFinalizer`. */
export function withoutFinalizer({ metadata }: KubeObject, name: string): ObjectMeta | undefined {
  const finalizers = metadata.finalizers ?? [];
  if (!finalizers.includes(name)) return undefined;
  return { ...metadata, finalizers: finalizers.filter((known) => known !== name) };
}
