/**
 * A write that changes an object in nothing but the times of its managers is none (upstream ignores such transitions),
 * so that clients which apply the same again and again cause no events.
 */
import { equalJson, isObject, type JsonObject } from "../patch/json.ts";

/**
 * The object to store: `after`, with the managedFields of `before` when only times differ. Both are canonical; the
 * revision and generation do not count.
 */
export function settled<T>(before: T, after: T): T {
  const [old, now] = [metadataOf(before), metadataOf(after)];
  if (old === undefined || now === undefined || old["managedFields"] === now["managedFields"]) return after;
  if (!equalJson(timeless(old["managedFields"]), timeless(now["managedFields"]))) return after;
  if (!equalJson(content(before), content(after))) return after;
  return { ...after, metadata: { ...now, managedFields: old["managedFields"] } };
}

function metadataOf(object: unknown): JsonObject | undefined {
  const metadata = isObject(object) ? object["metadata"] : undefined;
  return isObject(metadata) ? metadata : undefined;
}

function content(object: unknown): JsonObject {
  const { metadata, ...rest } = object as { metadata: JsonObject };
  const { managedFields: _, resourceVersion: _revision, generation: _generation, ...kept } = metadata;
  return { ...rest, metadata: kept };
}

function timeless(entries: unknown): unknown {
  if (!Array.isArray(entries)) return [];
  return entries.map((entry: JsonObject) => {
    const { time: _, ...rest } = entry;
    return rest;
  });
}
