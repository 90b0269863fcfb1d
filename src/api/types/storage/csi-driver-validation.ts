/** Validation of CSI drivers. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { byteLength } from "../../names/check.ts";
import { sameField } from "../../same-of.ts";
import { type CSIDriver, CSIDriverSpec } from "./csi-driver.ts";

const groupPolicies = ["File", "None", "ReadWriteOnceWithFSType"];
const modes = ["Ephemeral", "Persistent"];
const minTokenSeconds = 600;
const maxTokenSeconds = 2 ** 32;
const maxAudienceBytes = 253;
const minUpdateSeconds = 10;

export function validateCsiDriver({ spec }: CSIDriver, errors: FieldErrors): void {
  validateSpec(spec, errors);
}

function validateSpec(spec: CSIDriverSpec, errors: FieldErrors): void {
  for (const field of ["attachRequired", "podInfoOnMount", "storageCapacity", "seLinuxMount"] as const) {
    if (spec[field] === undefined) errors.required(at("spec", field));
  }
  const policy = spec.fsGroupPolicy ?? "";
  if (!groupPolicies.includes(policy)) errors.notSupported("spec.fsGroupPolicy", policy, groupPolicies);
  for (const mode of spec.volumeLifecycleModes ?? []) {
    if (!modes.includes(mode)) errors.notSupported("spec.volumeLifecycleModes", mode, modes);
  }
  const audiences = new Set<string>();
  for (const [i, { audience, expirationSeconds }] of (spec.tokenRequests ?? []).entries()) {
    const path = at("spec.tokenRequests", i);
    if (audiences.has(audience)) errors.duplicate(at(path, "audience"), audience);
    audiences.add(audience);
    if (byteLength(audience) > maxAudienceBytes) errors.tooLong(at(path, "audience"), maxAudienceBytes);
    if (expirationSeconds === undefined) continue;
    if (expirationSeconds < minTokenSeconds || expirationSeconds > maxTokenSeconds) {
      errors.invalid(
        at(path, "expirationSeconds"),
        expirationSeconds,
        "must be between 10 minutes and 2^32 seconds",
      );
    }
  }
  const period = spec.nodeAllocatableUpdatePeriodSeconds;
  if (period !== undefined && period < minUpdateSeconds) {
    errors.invalid(
      "spec.nodeAllocatableUpdatePeriodSeconds",
      period,
      `must be greater than or equal to ${minUpdateSeconds} seconds`,
    );
  }
}

export function validateCsiDriverUpdate(driver: CSIDriver, old: CSIDriver, errors: FieldErrors): void {
  validateSpec(driver.spec, errors);
  for (const [field, reportedAs] of [
    ["attachRequired", "attachedRequired"],
    ["volumeLifecycleModes", "volumeLifecycleModes"],
  ] as const) {
    if (!sameField(CSIDriverSpec, field, driver.spec, old.spec))
      errors.invalid(at("spec", reportedAs), driver.spec[field] ?? null, "field is immutable");
  }
}
