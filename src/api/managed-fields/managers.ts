/**
 * The managers of an object: `metadata.managedFields` read into a map by identity, and written back in
 * upstream's order. A manager is one entry for each operation, subresource and, for updates, API version.
 */
import { isObject } from "../patch/json.ts";
import type { ManagedFieldsEntry } from "../types/meta/object-meta.ts";
import { canonical, EMPTY, type FieldSet, isEmpty } from "./field-set.ts";
import { interned, union } from "./interned-sets.ts";
import { MAX_UPDATE_ENTRIES } from "./limits.ts";

export type Operation = "Apply" | "Update";

export interface Manager {
  readonly name: string;
  readonly operation: Operation;
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly set: FieldSet;
}

export type Managers = Map<string, Manager>;

export function idOf(manager: Omit<Manager, "set" | "time">): string {
  const version = manager.operation === "Apply" ? "" : manager.apiVersion;
  return JSON.stringify([manager.name, manager.operation, version, manager.subresource]);
}

/**
 * `undefined` when an entry is none: a wrong operation, no version, an unknown fields type, a set that does
 * not parse.
 */
export function readManagers(entries: unknown): Managers | undefined {
  const managers: Managers = new Map();
  if (entries === undefined || entries === null) return managers;
  if (!Array.isArray(entries)) return undefined;
  for (const entry of entries as readonly unknown[]) {
    const manager = readManager(entry);
    if (manager === undefined) return undefined;
    managers.set(idOf(manager), manager);
  }
  return managers;
}

/** The entry list of a client that asks to forget all managers: `[]` or `[{}]`. */
export function isReset(entries: unknown): boolean {
  if (!Array.isArray(entries) || entries.length > 1) return false;
  const [entry] = entries as readonly unknown[];
  return (
    entry === undefined ||
    (isObject(entry) && Object.values(entry).every((value) => value === "" || value == null))
  );
}

/** In upstream's order: appliers first, then by time, name, version and subresource. `undefined` for none. */
export function writeManagers(managers: Managers): ManagedFieldsEntry[] | undefined {
  if (managers.size === 0) return undefined;
  return [...managers.values()].sort(compareManagers).map((manager) => ({
    ...(manager.name === "" ? {} : { manager: manager.name }),
    operation: manager.operation,
    apiVersion: manager.apiVersion,
    ...(manager.time === undefined ? {} : { time: manager.time }),
    fieldsType: "FieldsV1",
    fieldsV1: manager.set,
    ...(manager.subresource === "" ? {} : { subresource: manager.subresource }),
  }));
}

/** The manager with another set; dropped when the set is empty. */
export function setFields(managers: Managers, id: string, set: FieldSet): void {
  const manager = managers.get(id);
  if (manager === undefined || manager.set === set) return;
  if (isEmpty(set)) managers.delete(id);
  else managers.set(id, { ...manager, set });
}

/**
 * Merges the oldest updaters into one entry `ancient-changes` for each version until at most ten are left.
 */
export function capUpdaters(managers: Managers): void {
  if (managers.size <= MAX_UPDATE_ENTRIES) return;
  const updaters = [...managers].filter(([, manager]) => manager.operation === "Update");
  let count = updaters.length;
  if (count <= MAX_UPDATE_ENTRIES) return;
  updaters.sort(([, a], [, b]) => compareTexts(a.time, b.time) || compareManagers(a, b));
  const first = new Map<string, string>();
  for (const [id, manager] of updaters) {
    if (count <= MAX_UPDATE_ENTRIES) return;
    const { apiVersion } = manager;
    const firstId = first.get(apiVersion);
    if (firstId === undefined) {
      first.set(apiVersion, id);
      continue;
    }
    const bucket = { name: "ancient-changes", operation: "Update", apiVersion, subresource: "" } as const;
    const bucketId = idOf(bucket);
    const merged = managers.get(bucketId) ?? managers.get(firstId);
    if (!managers.has(bucketId)) managers.delete(firstId);
    managers.delete(id);
    const set = merged === undefined ? manager.set : union(manager.set, merged.set);
    managers.set(bucketId, { ...bucket, time: manager.time, set });
    count--;
  }
}

function readManager(entry: unknown): Manager | undefined {
  if (!isObject(entry)) return undefined;
  const { manager, operation, apiVersion, time, fieldsType, fieldsV1, subresource } = entry;
  if (operation !== "Apply" && operation !== "Update") return undefined;
  if (typeof apiVersion !== "string" || apiVersion === "" || fieldsType !== "FieldsV1") return undefined;
  const set = canonicalOnce(fieldsV1 ?? EMPTY);
  if (set === undefined) return undefined;
  return {
    name: textOf(manager),
    operation,
    apiVersion,
    subresource: textOf(subresource),
    time: typeof time === "string" ? time : undefined,
    set,
  };
}

/** Sets found canonical: those of a live object are read again at each of its writes. */
const seen = new WeakSet<object>();

function canonicalOnce(fields: unknown): FieldSet | undefined {
  if (isObject(fields) && seen.has(fields)) return fields as FieldSet;
  const found = canonical(fields);
  if (found === undefined) return undefined;
  const set = isEmpty(found) ? EMPTY : interned(found);
  seen.add(set);
  return set;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function compareManagers(a: Manager, b: Manager): number {
  return (
    compareTexts(a.operation, b.operation) ||
    compareTexts(a.time, b.time) ||
    compareTexts(a.name, b.name) ||
    compareTexts(a.apiVersion, b.apiVersion) ||
    compareTexts(a.subresource, b.subresource)
  );
}

function compareTexts(a = "", b = ""): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
