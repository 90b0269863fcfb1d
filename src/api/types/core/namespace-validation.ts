/** Validation of a namespace's finalizers, which the `finalize` subresource writes. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { qualifiedName } from "../../names/qualified-name.ts";
import type { NamespaceSpec } from "./namespace.ts";

const bare: ReadonlySet<string> = new Set(["kubernetes", "orphan", "foregroundDeletion"]);

export function validateNamespaceFinalizers(spec: NamespaceSpec, errors: FieldErrors): void {
  for (const [i, finalizer] of (spec.finalizers ?? []).entries()) {
    const path = at("spec.finalizers", i);
    errors.invalidEach(path, finalizer, qualifiedName(finalizer));
    if (!finalizer.includes("/") && !bare.has(finalizer)) {
      errors.invalid(path, finalizer, "must have a domain and '/', or be one that Kubernetes defines");
    }
  }
}
