/**
 * Field errors as upstream's `field.ErrorList`: a path, a type that becomes the cause's reason, the bad value.
 */
import { stringifyJson } from "./codec/encode-json.ts";

/** The reasons of a 422's causes, as on the wire. */
export type FieldErrorReason =
  | "FieldValueRequired"
  | "FieldValueInvalid"
  | "FieldValueNotSupported"
  | "FieldValueDuplicate"
  | "FieldValueForbidden"
  | "FieldValueTooLong"
  | "FieldValueTooMany"
  | "FieldValueNotFound"
  | "FieldValueTypeInvalid"
  | "InternalError";

export interface FieldError {
  /** `spec.containers[0].name`; map keys as `metadata.labels[app]` where upstream does so. */
  readonly field: string;
  readonly reason: FieldErrorReason;
  /** Complete text, `spec.replicas: Invalid value: -1: must be greater than or equal to 0`. */
  readonly message: string;
}

/** A path is a string: extend with `at(path, "name")` or `at(path, 0)`; `""` is the root. */
export function at(path: string, step: string | number): string {
  if (typeof step === "number") return `${path}[${step}]`;
  return path === "" ? step : `${path}.${step}`;
}

/** `metadata.labels[app]`. */
export function atKey(path: string, key: string): string {
  return `${path}[${key}]`;
}

/** Collects errors; each method words one reason as upstream does. */
export class FieldErrors {
  readonly list: FieldError[] = [];

  get empty(): boolean {
    return this.list.length === 0;
  }

  required(field: string, detail = ""): void {
    this.#add(field, "FieldValueRequired", "Required value", detail);
  }

  invalid(field: string, value: unknown, detail: string): void {
    this.#add(field, "FieldValueInvalid", `Invalid value: ${quote(value)}`, detail);
  }

  /** One error for each complaint of a format check (`names/`). */
  invalidEach(field: string, value: unknown, complaints: readonly string[]): void {
    for (const complaint of complaints) this.invalid(field, value, complaint);
  }

  notSupported(field: string, value: unknown, supported: readonly string[]): void {
    const values = [...supported].map((one) => JSON.stringify(one)).join(", ");
    this.#add(
      field,
      "FieldValueNotSupported",
      `Unsupported value: ${quote(value)}`,
      `supported values: ${values}`,
    );
  }

  duplicate(field: string, value: unknown): void {
    this.#add(field, "FieldValueDuplicate", `Duplicate value: ${quote(value)}`, "");
  }

  forbidden(field: string, detail: string): void {
    this.#add(field, "FieldValueForbidden", "Forbidden", detail);
  }

  tooLong(field: string, maxLength: number): void {
    this.#add(field, "FieldValueTooLong", "Too long", `may not be more than ${maxLength} bytes`);
  }

  tooMany(field: string, actual: number, max: number): void {
    this.#add(field, "FieldValueTooMany", `Too many: ${actual}`, `must have at most ${max} items`);
  }

  notFound(field: string, value: unknown): void {
    this.#add(field, "FieldValueNotFound", `Not found: ${quote(value)}`, "");
  }

  typeInvalid(field: string, value: unknown, detail: string): void {
    this.#add(field, "FieldValueTypeInvalid", `Invalid value: ${quote(value)}`, detail);
  }

  internal(field: string, detail: string): void {
    this.#add(field, "InternalError", "Internal error", detail);
  }

  #add(field: string, reason: FieldErrorReason, what: string, detail: string): void {
    const message = detail === "" ? `${field}: ${what}` : `${field}: ${what}: ${detail}`;
    this.list.push({ field, reason, message });
  }
}

function quote(value: unknown): string {
  return value === undefined ? "null" : stringifyJson(value);
}
