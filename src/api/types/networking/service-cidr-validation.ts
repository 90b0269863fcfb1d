/** Validation of service ranges: one of each family at most; the same for ever, but for a family that is added. */
import { same } from "../../equal.ts";
import { at, type FieldErrors } from "../../field-errors.ts";
import { canonicalCidr, isIpv6 } from "../../names/ip.ts";
import type { ServiceCIDR } from "./service-cidr.ts";

export function validateServiceCidr({ spec }: ServiceCIDR, errors: FieldErrors): void {
  const ranges = spec.cidrs ?? [];
  const path = "spec.cidrs";
  if (ranges.length === 0) return errors.required(path, "at least one CIDR required");
  if (ranges.length > 2) return errors.invalid(path, ranges, "may only hold up to 2 values");
  const [first = "", second] = ranges;
  if (second !== undefined && isIpv6(first) === isIpv6(second)) {
    errors.invalid(path, ranges, "may specify no more than one IP for each IP family");
  }
  for (const [i, range] of ranges.entries()) errors.invalidEach(at(path, i), range, canonicalCidr(range));
}

export function validateServiceCidrUpdate(one: ServiceCIDR, old: ServiceCIDR, errors: FieldErrors): void {
  const [now, before] = [one.spec.cidrs ?? [], old.spec.cidrs ?? []];
  if (now.length === 2 && before.length === 1 && now[0] === before[0]) validateServiceCidr(one, errors);
  else if (!same(now, before)) errors.invalid("spec.cidrs[0]", now, "field is immutable");
}
