/**
 * The texts of the API's types and fields, which `kubectl explain` shows: a file that set-up makes from a development
 * dependency (`scripts/api-texts.ts`), and the published package has beside its code. It is read when the first OpenAPI
 * document is asked for. Where it is absent, the documents have no descriptions.
 */
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Describe } from "#api";

/** By definition (`io.k8s.api.core.v1.Pod`) and field; the definition's own by `""`. */
export type ApiTexts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The file's name. */
export const API_TEXTS = "api-texts.json.gz";

/** In the published package, and in a clone, whose bundle is as deep as its sources. */
const PLACES = [`./${API_TEXTS}`, `../../.cache/${API_TEXTS}`];

/** Descriptions of built-in types; undefined when there is no file. */
export function readApiTexts(): Describe | undefined {
  const file = PLACES.map((place) => new URL(place, import.meta.url)).find((url) => existsSync(url));
  if (file === undefined) return undefined; // a clone whose set-up has not run
  const texts = JSON.parse(gunzipSync(readFileSync(file)).toString()) as ApiTexts;
  return (definition, field = "") =>
    Object.hasOwn(texts, definition) ? texts[definition]?.[field] : undefined;
}
