/** Defaults of definitions: the names that follow from the kind, and no conversion. */
import type { CustomResourceDefinitionSpec, ServiceReference } from "./custom-resource-definition.ts";

export function defaultDefinitionSpec(spec: CustomResourceDefinitionSpec): void {
  const { names } = spec;
  if (names.kind) {
    names.singular ||= names.kind.toLowerCase();
    names.listKind ||= `${names.kind}List`;
  }
  spec.conversion ??= { strategy: "None" };
}

export function defaultServiceReference(reference: ServiceReference): void {
  reference.port ??= 443;
}
