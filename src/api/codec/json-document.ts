/** What a text of JSON or YAML holds, as far as plain values do not tell: duplicate keys, and how numbers were written. */

/** A number whose text matters: an integer field refuses `1.0`, a quantity keeps `1e3`. Only where asked for. */
export class NumberLiteral {
  readonly text: string;
  readonly value: number;

  constructor(text: string, value: number) {
    this.text = text;
    this.value = value;
  }
}

/** A parsed document, with what a strict decoder wants to know. `decode` takes it as it is. */
export class JsonDocument {
  /** May hold `NumberLiteral`s, when `hasLiterals`. */
  readonly value: unknown;
  /** The objects that hold a key twice; the last value wins. */
  readonly duplicates: readonly { readonly object: object; readonly key: string }[];
  readonly hasLiterals: boolean;

  constructor(value: unknown, duplicates: JsonDocument["duplicates"] = [], hasLiterals = false) {
    this.value = value;
    this.duplicates = duplicates;
    this.hasLiterals = hasLiterals;
  }

  /** `"apps/v1"`; `""` when the document does not say. */
  get apiVersion(): string {
    return this.#text("apiVersion");
  }

  get kind(): string {
    return this.#text("kind");
  }

  #text(key: string): string {
    const value = this.value;
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return "";
    const found: unknown = (value as Record<string, unknown>)[key];
    return typeof found === "string" ? found : "";
  }
}

/** Sets an own key, also `__proto__`. */
export function setKey(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== "__proto__") object[key] = value;
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}
