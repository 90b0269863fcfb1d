/**
 * YAML as kubectl reads it: `0644` is 420, `yes` is true, a date stays text, keys become strings, `<<` merges, and
 * text that opens with `{` is tried as JSON first. Documents come out as `JsonDocument`s, so that YAML and
 * JSON take one path; printing has sorted keys and unindented lists, as kubectl prints.
 */
import {
  boolYaml11Tag,
  defineMappingTag,
  defineScalarTag,
  DUMP_SCHEMA,
  dump,
  FAILSAFE_SCHEMA,
  intCoreTag,
  intYaml11Tag,
  loadAll,
  mergeTag,
  NOT_RESOLVED,
  nullYaml11Tag,
  Schema,
} from "js-yaml";
import { DecodeError } from "./errors.ts";
import { JsonDocument, setKey } from "./json-document.ts";
import { parseDocument } from "./json-parser.ts";
import { MAX_DEPTH, MAX_YAML_DOCUMENTS, MAX_YAML_NODES } from "./limits.ts";

/** The documents of a stream, empty ones left out. Throws `DecodeError` `syntax` or `depth`. */
export function parseYaml(data: string | Uint8Array): readonly JsonDocument[] {
  const text = typeof data === "string" ? data : Buffer.from(data).toString("utf8");
  if (/^\s*\{/.test(text)) {
    try {
      return [parseDocument(text)];
    } catch (error) {
      // Several JSON documents, or YAML in flow style: the YAML parser says what is wrong.
      if (!(error instanceof DecodeError) || error.code === "depth") throw error;
    }
  }
  const duplicates: { object: object; key: string }[] = [];
  const values = load(text, duplicates).filter((value) => value !== null && value !== undefined);
  if (values.length > MAX_YAML_DOCUMENTS) {
    throw new DecodeError("syntax", `Cannot read YAML: more than ${MAX_YAML_DOCUMENTS} documents`);
  }
  const budget = { nodes: MAX_YAML_NODES };
  for (const value of values) spend(value, 0, budget);
  return values.map((value) => new JsonDocument(value, duplicates));
}

/** The one document of a request body. Throws `DecodeError` `syntax` when there is none, or another. */
export function parseYamlDocument(data: string | Uint8Array): JsonDocument {
  const [document, ...others] = parseYaml(data);
  if (document !== undefined && others.length === 0) return document;
  throw new DecodeError("syntax", "Cannot read YAML: expected one document");
}

function load(text: string, duplicates: { object: object; key: string }[]): unknown[] {
  try {
    return loadAll(text, { schema: schemaWith(duplicates), json: true, maxDepth: MAX_DEPTH });
  } catch (error) {
    const detail = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new DecodeError("syntax", `Cannot read YAML: ${detail}`);
  }
}

/** Aliases make a small text large, and can refer to what holds them: both end here. */
function spend(value: unknown, depth: number, budget: { nodes: number }): void {
  if (--budget.nodes < 0) {
    throw new DecodeError("depth", `Cannot read YAML: more than ${MAX_YAML_NODES} values`);
  }
  if (depth > MAX_DEPTH) {
    throw new DecodeError("depth", `Cannot read YAML: nested deeper than ${MAX_DEPTH} levels`);
  }
  if (typeof value !== "object" || value === null) return;
  for (const item of Object.values(value)) spend(item, depth + 1, budget);
}

const INTEGER = /^[-+]?(?:0[xX][\da-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9]\d*)$/;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const DIGITS = ["-", "+", ..."0123456789"];

const integer = defineScalarTag<number | bigint>("tag:yaml.org,2002:int", {
  implicit: true,
  implicitFirstChars: DIGITS,
  resolve: (source) => readInteger(source.replaceAll("_", "")) ?? NOT_RESOLVED,
  identify: (value) => typeof value === "bigint" || Number.isInteger(value),
});

const float = defineScalarTag<number>("tag:yaml.org,2002:float", {
  implicit: true,
  implicitFirstChars: [".", ...DIGITS],
  resolve: (source) => {
    const plain = source.replaceAll("_", "");
    return FLOAT.test(plain) && Number.isFinite(Number(plain)) ? Number(plain) : NOT_RESOLVED;
  },
  identify: (value) => typeof value === "number" && !Number.isInteger(value),
});

/** 64 bits, in the bases of Go; a larger number is a float. */
function readInteger(text: string): number | bigint | undefined {
  if (!INTEGER.test(text)) return undefined;
  const digits = text.replace(/^[-+]/, "").replace(/^0[oO]?(?=[0-7])/, "0o");
  const size = BigInt(digits);
  const exact = text.startsWith("-") ? -size : size;
  const value = Number(exact);
  if (Number.isSafeInteger(value)) return value;
  return BigInt.asIntN(64, exact) === exact ? exact : undefined;
}

/** Makes plain objects, and remembers the keys that an object holds twice. */
function schemaWith(duplicates: { object: object; key: string }[]): Schema {
  // The merge of `<<` asks `has` before each pair that it adds, and an explicit key may follow it.
  const merged = new WeakMap<object, Set<string>>();
  const mapping = defineMappingTag<Record<string, unknown>>("tag:yaml.org,2002:map", {
    create: () => ({}),
    addPair: (object, key, value) => {
      if (typeof key === "object") return "a key must be a scalar";
      const name = String(key);
      if (Object.hasOwn(object, name) && merged.get(object)?.delete(name) !== true) {
        duplicates.push({ object, key: name });
      }
      setKey(object, name, value);
      return "";
    },
    has: (object, key) => {
      const found = Object.hasOwn(object, String(key));
      if (!found) merged.set(object, (merged.get(object) ?? new Set()).add(String(key)));
      return found;
    },
    keys: Object.keys,
    get: (object, key) => object[String(key)],
    identify: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  });
  return new Schema([
    ...FAILSAFE_SCHEMA.tags,
    nullYaml11Tag,
    boolYaml11Tag,
    integer,
    float,
    mergeTag,
  ]).withTags(mapping);
}

/** Strings that any reader of YAML might take for something else are quoted; a bigint prints as a number. */
const PRINT_SCHEMA = DUMP_SCHEMA.withTags({
  ...intYaml11Tag,
  resolve: (source, isExplicit, tagName) => {
    const value = intYaml11Tag.resolve(source, isExplicit, tagName);
    return value === NOT_RESOLVED ? intCoreTag.resolve(source, isExplicit, tagName) : value;
  },
  identify: (value) => typeof value === "bigint" || Number.isInteger(value),
  represent: String,
});

/** YAML text of plain data: keys sorted, lists at their key's indentation. */
export function stringifyYaml(value: unknown): string {
  return dump(sorted(value), {
    noRefs: true,
    lineWidth: -1,
    seqNoIndent: true,
    quoteStyle: "double",
    schema: PRINT_SCHEMA,
  });
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort())
    setKey(out, key, sorted((value as Record<string, unknown>)[key]));
  return out;
}
