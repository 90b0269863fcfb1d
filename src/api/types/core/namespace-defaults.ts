/** Defaults of namespaces: the label that names them, so that selectors can choose a namespace by name. */
import type { Namespace } from "./namespace.ts";

const nameLabel = "kubernetes.io/metadata.name";

/** A name that is yet to be generated gives no label; it comes when the name does. */
export function defaultNamespace({ metadata }: Namespace): void {
  if (metadata.name) metadata.labels = { ...metadata.labels, [nameLabel]: metadata.name };
}
