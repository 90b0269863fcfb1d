/**
 * The texts of the API's types and fields, which `kubectl explain` shows: a file that set-up makes from a development
 * dependency (`scripts/api-texts.ts`) and the published package brings along. It is read when the first OpenAPI document is
 * asked for. Where it is absent, the documents have no descriptions.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { Describe } from "#api";

/** By definition (`io.k8s.api.core.v1.Pod`) and field; the definition's own by `""`. */
export type ApiTexts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Where the texts are. */
export const API_TEXTS = fileURLToPath(new URL("../../dist/api-texts.json.gz", import.meta.url));

/** Descriptions of built-in types; undefined when there is no file. */
export function readApiTexts(): Describe | undefined {
  let file: Uint8Array;
  try {
    file = readFileSync(API_TEXTS);
  } catch {
    return undefined; // a clone whose set-up has not run
  }
  const texts = JSON.parse(gunzipSync(file).toString()) as ApiTexts;
  return (definition, field = "") =>
    Object.hasOwn(texts, definition) ? texts[definition]?.[field] : undefined;
}
