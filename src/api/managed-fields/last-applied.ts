/**
 * kubectl's annotation of client-side apply, beside server-side apply: a conflict over a field that the
 * annotation says kubectl itself applied, and that has not changed since, is none; and the annotation is kept
 * up to date while it is there.
 */
import { stringifyJson } from "../codec/encode-json.ts";
import { getKey, isObject, type JsonObject } from "../patch/json.ts";
import type { Type } from "../schema/mod.ts";
import { Comparison } from "./compare.ts";
import { difference, EMPTY, type FieldSet } from "./field-set.ts";
import { fieldsOf } from "./fields-of.ts";
import { MAX_ANNOTATIONS_BYTES } from "./limits.ts";
import { topologyOf } from "./topology.ts";

export const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** The manager for which the annotation counts; others opt out by their name. */
export const KUBECTL = "kubectl";

/** Fields of the annotation that the live object still has unchanged. */
export function lastAppliedFields(type: Type, apiVersion: string, live: JsonObject): FieldSet {
  const text = lastAppliedOf(live);
  const applied = text === undefined ? undefined : parse(text);
  if (!isObject(applied) || applied["apiVersion"] !== apiVersion) return EMPTY;
  const topology = topologyOf(type);
  const { changed, removed } = new Comparison(topology, applied, live);
  return difference(difference(fieldsOf(topology, applied, false), changed), removed);
}

/** The object with the annotation, if it has one, saying what was applied now. */
export function withLastApplied(object: JsonObject, applied: JsonObject): JsonObject {
  if (lastAppliedOf(object) === undefined) return object;
  const text = `${stringifyJson(sortKeys(withoutLastApplied(applied)))}\n`;
  const metadata = object["metadata"] as JsonObject;
  const { [LAST_APPLIED]: _, ...others } = annotationsOf(object);
  const annotations = { ...others, [LAST_APPLIED]: text };
  const size = Object.entries(annotations).reduce((sum, pair) => sum + Buffer.byteLength(pair.join("")), 0);
  const kept = size > MAX_ANNOTATIONS_BYTES ? others : annotations;
  return { ...object, metadata: { ...metadata, annotations: kept } };
}

function withoutLastApplied(applied: JsonObject): JsonObject {
  const annotations = annotationsOf(applied);
  if (!Object.hasOwn(annotations, LAST_APPLIED)) return applied;
  const { [LAST_APPLIED]: _, ...others } = annotations;
  return { ...applied, metadata: { ...(applied["metadata"] as JsonObject), annotations: others } };
}

function lastAppliedOf(object: JsonObject): string | undefined {
  const text = getKey(annotationsOf(object), LAST_APPLIED);
  return typeof text === "string" && text !== "" ? text : undefined;
}

function annotationsOf(object: JsonObject): JsonObject {
  const metadata = object["metadata"];
  const annotations = isObject(metadata) ? metadata["annotations"] : undefined;
  return isObject(annotations) ? annotations : {};
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sortKeys(member)]));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a broken annotation allows nothing
  }
}
