/** Validation of storage capacities. */
import type { FieldErrors } from "../../field-errors.ts";
import { dnsSubdomain } from "../../names/dns.ts";
import { Quantity } from "../../quantity.ts";
import { validateLabelSelector } from "../../selectors/label-selector-validation.ts";
import { validateImmutable } from "../meta/immutable-validation.ts";
import { CSIStorageCapacity } from "./csi-storage-capacity.ts";

export function validateCsiStorageCapacity(one: CSIStorageCapacity, errors: FieldErrors): void {
  errors.invalidEach("storageClassName", one.storageClassName, dnsSubdomain(one.storageClassName));
  validateLabelSelector(one.nodeTopology, "nodeTopology", errors);
  for (const field of ["capacity", "maximumVolumeSize"] as const) {
    const amount = one[field];
    if (amount !== undefined && Quantity.parse(amount).sign < 0)
      errors.invalid(field, amount, "must be greater than or equal to 0");
  }
}

export function validateCsiStorageCapacityUpdate(
  one: CSIStorageCapacity,
  old: CSIStorageCapacity,
  errors: FieldErrors,
): void {
  validateImmutable(CSIStorageCapacity, ["nodeTopology", "storageClassName"], one, old, "", errors);
}
