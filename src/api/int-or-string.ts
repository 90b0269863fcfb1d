/**
 * IntOrString: a number, or text that is a port's name or a percentage (`80`, `"http"`, `"25%"`).
 */

export type IntOrString = number | string;

/** The number in `"25%"`, or undefined when the text is no percentage. */
export function percentOf(value: IntOrString): number | undefined {
  if (typeof value === "number" || !/^[+-]?\d+%$/.test(value)) return undefined;
  return Number(value.slice(0, -1));
}

/**
 * A number as it is, a percentage of `total` rounded up or down: `scaled("25%", 10, "up")` is 3.
 * Undefined for other text.
 */
export function scaled(value: IntOrString, total: number, round: "up" | "down"): number | undefined {
  if (typeof value === "number") return value;
  const percent = percentOf(value);
  if (percent === undefined) return undefined;
  const exact = (percent * total) / 100;
  return round === "up" ? Math.ceil(exact) : Math.floor(exact);
}
