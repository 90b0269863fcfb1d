/**
 * Quantities (`"100m"`, `"1.5Gi"`, `"12e6"`): exact decimal amounts with the format that they were written in.
 * An amount is a whole number of nanos (1e-9), the finest that the API keeps; finer parts round away from zero,
 * and an amount beyond 2^63-1 is cut to it, as upstream's resource.Quantity does.
 */
import { CodedError } from "#base";

export type QuantityFormat = "DecimalSI" | "BinarySI" | "DecimalExponent";

/** A text that is no quantity. */
export class QuantityError extends CodedError<"syntax"> {}

const NANO = 1_000_000_000n;
const MAX = ((1n << 63n) - 1n) * NANO;
/** Beyond this power of ten every amount is cut or rounded anyway. */
const MAX_EXPONENT = 60;

const PATTERN = /^([+-]?)(\d*)(?:\.(\d*))?(?:(Ki|Mi|Gi|Ti|Pi|Ei)|([numkMGTPE]?)|[eE]([+-]?\d+))$/;
const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
/** The common forms, already canonical. */
const CANONICAL = /^[1-9]\d{0,2}(?:m|k|M|G|[KMGT]i)?$/;

/** A memo of a pure function: a cluster's workloads ask for the same few amounts. */
const parsed = new Map<string, Quantity>();
const MAX_KEPT = 1_024;
const MAX_KEPT_LENGTH = 32;

/**
 * An exact amount: `Quantity.parse("1.5Gi").plus(Quantity.of(1)).toString()`. Immutable.
 */
export class Quantity {
  static readonly zero = new Quantity(0n, "DecimalSI");

  readonly nanos: bigint;
  readonly format: QuantityFormat;

  constructor(nanos: bigint, format: QuantityFormat) {
    this.nanos = nanos;
    this.format = format;
  }

  /** Throws `QuantityError` `syntax`. */
  static parse(text: string): Quantity {
    const quantity = Quantity.tryParse(text);
    if (quantity !== undefined) return quantity;
    throw new QuantityError(
      "syntax",
      `Cannot read quantity ${JSON.stringify(text)}: expected "100m" or "1.5Gi"`,
    );
  }

  static tryParse(text: string): Quantity | undefined {
    const known = parsed.get(text);
    if (known !== undefined) return known;
    const quantity = Quantity.#read(text);
    if (quantity === undefined || text.length > MAX_KEPT_LENGTH) return quantity;
    if (parsed.size >= MAX_KEPT) parsed.clear();
    parsed.set(text, quantity);
    return quantity;
  }

  static #read(text: string): Quantity | undefined {
    const match = PATTERN.exec(text);
    if (match === null) return undefined;
    const [, sign, whole = "", fraction = "", binary, decimal, exponent] = match;
    if (whole === "" && fraction === "") return undefined;
    const digits = BigInt(whole + fraction);
    const amount = (power: number, factor = 1n) => {
      const nanos = shift(digits * factor, power - fraction.length + 9);
      const capped = nanos > MAX ? MAX : nanos;
      return sign === "-" ? -capped : capped;
    };
    if (binary !== undefined)
      return new Quantity(amount(0, 1024n ** BigInt(BINARY.indexOf(binary))), "BinarySI");
    if (exponent !== undefined) return new Quantity(amount(Number(exponent)), "DecimalExponent");
    return new Quantity(amount((DECIMAL.indexOf(decimal ?? "") - 3) * 3), "DecimalSI");
  }

  /** A whole amount. */
  static of(amount: number | bigint, format: QuantityFormat = "DecimalSI"): Quantity {
    return new Quantity(BigInt(amount) * NANO, format);
  }

  /** `Quantity.ofMillis(1500)` prints `1500m`. */
  static ofMillis(millis: number | bigint): Quantity {
    return new Quantity(BigInt(millis) * 1_000_000n, "DecimalSI");
  }

  /** The sum, in this format (or the other's when this is zero). */
  plus(other: Quantity): Quantity {
    return new Quantity(this.nanos + other.nanos, this.nanos === 0n ? other.format : this.format);
  }

  minus(other: Quantity): Quantity {
    return new Quantity(this.nanos - other.nanos, this.nanos === 0n ? other.format : this.format);
  }

  times(factor: number | bigint): Quantity {
    return new Quantity(this.nanos * BigInt(factor), this.format);
  }

  /** Negative, zero or positive; formats do not matter. */
  compare(other: Quantity): number {
    return this.nanos < other.nanos ? -1 : this.nanos > other.nanos ? 1 : 0;
  }

  /** -1, 0 or 1. */
  get sign(): number {
    return this.compare(Quantity.zero);
  }

  /** Whole units (bytes, cores), rounded away from zero; exact below 2^53. */
  toUnits(): number {
    return Number(roundedUp(this.nanos, NANO));
  }

  /** Thousandths, rounded away from zero. */
  toMillis(): number {
    return Number(roundedUp(this.nanos, 1_000_000n));
  }

  /** The nearest float. */
  toNumber(): number {
    return Number(this.nanos / NANO) + Number(this.nanos % NANO) / 1e9;
  }

  /** The canonical text: no fraction, the largest suffix that keeps it so. */
  toString(): string {
    const size = this.nanos < 0n ? -this.nanos : this.nanos;
    const sign = this.nanos < 0n ? "-" : "";
    if (size === 0n) return "0";
    if (this.format === "BinarySI" && size >= 1024n * NANO && size % NANO === 0n) {
      return sign + withSuffix(size / NANO, 1024n, BINARY);
    }
    const text = withSuffix(size, 1000n, DECIMAL);
    if (this.format !== "DecimalExponent") return sign + text;
    const number = text.replace(/\D+$/, "");
    const exponent = (DECIMAL.indexOf(text.slice(number.length)) - 3) * 3;
    return sign + (exponent === 0 ? number : `${number}e${exponent}`);
  }
}

/** The canonical text of a quantity, or undefined when it is none: `"1000m"` is `"1"`. */
export function canonicalQuantity(text: string): string | undefined {
  return CANONICAL.test(text) ? text : Quantity.tryParse(text)?.toString();
}

/** `digits * 10^power`, rounded up. */
function shift(digits: bigint, power: number): bigint {
  if (digits === 0n) return 0n;
  if (power >= 0) return digits * 10n ** BigInt(Math.min(power, MAX_EXPONENT));
  // The digits themselves are bounded by the text, so that a large negative power always rounds up to one.
  return roundedUp(digits, 10n ** BigInt(Math.min(-power, digits.toString().length + 1)));
}

function roundedUp(amount: bigint, unit: bigint): bigint {
  const quotient = amount / unit;
  if (amount % unit === 0n) return quotient;
  return amount < 0n ? quotient - 1n : quotient + 1n;
}

function withSuffix(amount: bigint, base: bigint, suffixes: readonly string[]): string {
  let rest = amount;
  let step = 0;
  while (step < suffixes.length - 1 && rest % base === 0n) {
    rest /= base;
    step++;
  }
  return `${rest}${suffixes[step]}`;
}
