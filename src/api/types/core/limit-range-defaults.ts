/**
 * Defaults of limit ranges: a container without limits gets the most, one without requests its limit, else
 * the least.
 */
import type { LimitRangeItem } from "./limit-range.ts";

export function defaultLimitRangeItem(item: LimitRangeItem): void {
  if (item.type !== "Container") return;
  item.default = { ...item.max, ...item.default };
  item.defaultRequest = { ...item.min, ...item.default, ...item.defaultRequest };
}
