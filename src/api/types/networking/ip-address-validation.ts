/** Validation of taken addresses: each belongs to an object. */
import type { FieldErrors } from "../../field-errors.ts";
import { dnsSubdomain } from "../../names/dns.ts";
import { pathSegmentName } from "../../names/object-name.ts";
import { validateImmutable } from "../meta/immutable-validation.ts";
import { type IPAddress, IPAddressSpec } from "./ip-address.ts";

export function validateIpAddress({ spec }: IPAddress, errors: FieldErrors): void {
  const parent = spec.parentRef;
  if (parent === undefined) return errors.required("spec.parentRef");
  if (parent.group) errors.invalidEach("spec.parentRef.group", parent.group, dnsSubdomain(parent.group));
  for (const field of ["resource", "name"] as const) {
    const value = parent[field] ?? "";
    if (value === "") errors.required(`spec.parentRef.${field}`);
    else errors.invalidEach(`spec.parentRef.${field}`, value, pathSegmentName(value, false));
  }
  if (parent.namespace) {
    errors.invalidEach(
      "spec.parentRef.namespace",
      parent.namespace,
      pathSegmentName(parent.namespace, false),
    );
  }
}

export function validateIpAddressUpdate(address: IPAddress, old: IPAddress, errors: FieldErrors): void {
  validateImmutable(IPAddressSpec, ["parentRef"], address.spec, old.spec, "spec", errors);
}
