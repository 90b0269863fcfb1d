/** Sizes in bytes that are no whole number. */
import { Quantity } from "../../quantity.ts";

/** Bytes are whole. */
export function fractionWarning(text: string | undefined, path: string): readonly string[] {
  if (text === undefined || !/[mnu.]/.test(text)) return [];
  const isWhole = (Quantity.tryParse(text)?.nanos ?? 0n) % 1_000_000_000n === 0n;
  return isWhole ? [] : [`${path}: fractional byte value "${text}" is invalid, must be an integer`];
}
