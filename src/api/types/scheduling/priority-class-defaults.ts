/** Defaults of priority classes. */
import type { PriorityClass } from "./priority-class.ts";

export function defaultPriorityClass(one: PriorityClass): void {
  one.preemptionPolicy ??= "PreemptLowerPriority";
}
