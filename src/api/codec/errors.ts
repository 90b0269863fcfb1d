/**
 * Why data cannot be decoded. `DecodeError` crosses the room; `Mismatch` is thrown deep inside a value and gathers its
 * path while the stack unwinds, so that good input pays nothing for paths.
 */
import { CodedError } from "#base";

export type DecodeErrorCode =
  /** Not JSON, YAML or protobuf. */
  | "syntax"
  /** Nested too deep. */
  | "depth"
  /** A value of the wrong type; `field` names it. */
  | "type"
  /** Unknown or duplicate fields in strict mode. */
  | "strict"
  /** `apiVersion` or `kind` is another's. */
  | "kind";

export class DecodeError extends CodedError<DecodeErrorCode> {
  /** `spec.containers[0].image`, for `type`. */
  readonly field: string | undefined;

  constructor(code: DecodeErrorCode, message: string, field?: string) {
    super(code, message);
    this.field = field;
  }
}

/** A value of the wrong type, on its way up. */
export class Mismatch extends Error {
  path = "";

  constructor(value: unknown, expected: string) {
    super(`cannot unmarshal ${describe(value)} into a field of type ${expected}`);
  }

  toDecodeError(): DecodeError {
    return new DecodeError(
      "type",
      this.path === "" ? this.message : `${this.path}: ${this.message}`,
      this.path,
    );
  }
}

function describe(value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint") return `number ${value}`;
  if (typeof value === "string") return `string ${JSON.stringify(value.slice(0, 100))}`;
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return value === null ? "null" : typeof value;
}

/** Puts `step` before a path: `("containers", "[0].image")` is `containers[0].image`. */
export function prefixed(step: string, path: string): string {
  return path === "" || path.startsWith("[") ? step + path : `${step}.${path}`;
}
