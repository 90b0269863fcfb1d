/** Defaults of amounts: nothing is finer than a thousandth. */
import { Quantity } from "../../quantity.ts";
import type { ResourceRequirements } from "./resources.ts";

/** Rounds up, in place: `100u` becomes `1m`. */
export function roundAmounts(amounts: Record<string, string> | undefined): void {
  for (const [name, amount] of Object.entries(amounts ?? {})) {
    if (!/[nu]$|[.eE]/.test(amount)) continue;
    const quantity = Quantity.parse(amount);
    if (quantity.nanos % 1_000_000n !== 0n) {
      const rounded = new Quantity(BigInt(quantity.toMillis()) * 1_000_000n, quantity.format);
      if (amounts !== undefined) amounts[name] = rounded.toString();
    }
  }
}

export function defaultResources(resources: ResourceRequirements): void {
  roundAmounts(resources.limits);
  roundAmounts(resources.requests);
}
