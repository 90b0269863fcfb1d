/** Validation of leases. */
import type { FieldErrors } from "../../field-errors.ts";
import { qualifiedName } from "../../names/qualified-name.ts";
import type { Lease } from "./lease.ts";

export function validateLease({ spec }: Lease, errors: FieldErrors): void {
  const { leaseDurationSeconds: seconds, leaseTransitions: transitions } = spec;
  if (seconds !== undefined && seconds <= 0)
    errors.invalid("spec.leaseDurationSeconds", seconds, "must be greater than 0");
  if (transitions !== undefined && transitions < 0) {
    errors.invalid("spec.leaseTransitions", transitions, "must be greater than or equal to 0");
  }
  if (spec.strategy !== undefined)
    errors.invalidEach("spec.strategy", spec.strategy, qualifiedName(spec.strategy));
  if (spec.preferredHolder && !spec.strategy) errors.forbidden("spec.preferredHolder", "needs a strategy");
}
