/** Validation of service ranges: one of each family at most; the same for ever, but for a family that is added. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { canonicalCidr, isIpv6, parseCidr } from "../../names/ip.ts";
import type { ServiceCIDR } from "./service-cidr.ts";

export function validateServiceCidr({ spec }: ServiceCIDR, errors: FieldErrors): void {
  const ranges = spec.cidrs ?? [];
  const path = "spec.cidrs";
  if (ranges.length === 0) return errors.required(path, "at least one CIDR required");
  if (ranges.length > 2) return errors.invalid(path, ranges, "may only hold up to 2 values");
  const [first = "", second] = ranges;
  if (second !== undefined && (isIpv6(first) === isIpv6(second) || !ranges.every(parseCidr))) {
    return errors.invalid(path, ranges, "may specify no more than one IP for each IP family");
  }
  for (const [i, range] of ranges.entries()) errors.invalidEach(at(path, i), range, canonicalCidr(range));
}

export function validateServiceCidrUpdate(one: ServiceCIDR, old: ServiceCIDR, errors: FieldErrors): void {
  const [now, before] = [one.spec.cidrs ?? [], old.spec.cidrs ?? []];
  const isFamilyAdded = before.length === 1 && now.length === 2;
  if (now.length !== before.length && !isFamilyAdded)
    return errors.invalid("spec.cidrs", now, "field is immutable");
  for (const [i, range] of before.entries()) {
    if (now[i] !== range) errors.invalid(at("spec.cidrs", i), now[i], "field is immutable");
  }
}
