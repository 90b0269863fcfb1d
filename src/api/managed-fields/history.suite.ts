/** A small kind with every topology, and a history of one object, for the tests of this folder. */
import assert from "node:assert/strict";
import { canonical } from "../codec/decode.ts";
import type { JsonObject } from "../patch/json.ts";
import {
  atomic,
  by,
  field,
  int32,
  kind,
  map,
  message,
  omitempty,
  optional,
  set,
  string,
  struct,
  type Type,
  typeOf,
} from "../schema/mod.ts";
import { meta } from "../types/mod.ts";
import type { ManagedFieldsEntry } from "../types/meta/object-meta.ts";
import { type ApplyPatchOptions, applyPatch } from "./apply-patch.ts";
import type { FieldConflict } from "./conflict.ts";
import { type FieldSet, pathsOf } from "./field-set.ts";
import type { VersionedType } from "./ownership.ts";
import { type TrackUpdateOptions, trackUpdate } from "./track-update.ts";

const Port = message("Port")({
  port: field(1, int32),
  protocol: omitempty(2, string, { default: "TCP" }),
  name: omitempty(3, string),
});
const Item = message("Item")({
  name: field(1, string),
  value: omitempty(2, string),
  ports: omitempty(3, by(["port", "protocol"], Port)),
  options: omitempty(4, map(string)),
});
const BoxSpec = message("BoxSpec")({
  replicas: optional(1, int32),
  items: omitempty(2, by("name", Item)),
  tags: omitempty(3, set(string)),
  args: omitempty(4, atomic(string)),
  selector: optional(5, message("Selector", { atomic: true })({ labels: omitempty(1, map(string)) })),
  free: optional(6, typeOf("Free", [], {}, { keepsUnknown: true })),
  nested: struct(7, message("Nested")({ x: omitempty(1, string), y: omitempty(2, string) })),
});
export const boxFields = {
  metadata: struct(1, meta.ObjectMeta),
  spec: struct(2, BoxSpec),
  status: struct(3, message("BoxStatus")({ ready: omitempty(1, int32) })),
};
export const Box = kind<JsonObject>("example.com/v1", "Box")(boxFields);
export const BOX: VersionedType = { type: Box as Type, apiVersion: "example.com/v1" };
export const T1 = "2026-01-01T00:00:01Z";
export const T2 = "2026-01-01T00:00:02Z";

/** A stored object, canonical. */
export function box(spec: JsonObject, metadata: JsonObject = {}, status: JsonObject = {}): JsonObject {
  return canonical(Box, { metadata: { name: "b", uid: "u", ...metadata }, spec, status });
}

/** An applied object, without a spec when it is empty: an empty object would be owned. */
export function patchOf(spec: JsonObject, metadata: JsonObject = {}): JsonObject {
  const identity = { apiVersion: "example.com/v1", kind: "Box", metadata: { name: "b", ...metadata } };
  return Object.keys(spec).length === 0 ? identity : { ...identity, spec };
}

/** An object with its managers, changed step by step. */
export class History {
  live: JsonObject | undefined;
  readonly #versioned: VersionedType;

  constructor(versioned = BOX) {
    this.#versioned = versioned;
  }

  update(manager: string, object: JsonObject, more: Partial<TrackUpdateOptions> = {}): this {
    const options = {
      ...this.#versioned,
      old: this.live,
      new: object,
      requested: undefined,
      manager,
      time: T1,
      ...more,
    };
    this.#store(object, trackUpdate(options));
    return this;
  }

  apply(manager: string, patch: JsonObject, more: Partial<ApplyPatchOptions> = {}): this {
    const result = this.tryApply(manager, patch, more);
    if (result.conflicts !== undefined) assert.fail(`conflicts: ${fieldsOf(result.conflicts).join(" ")}`);
    this.#store(canonical(this.#versioned.type, result.object) as JsonObject, result.managedFields);
    return this;
  }

  tryApply(manager: string, patch: JsonObject, more: Partial<ApplyPatchOptions> = {}) {
    return applyPatch({
      ...this.#versioned,
      live: this.live,
      patch,
      manager,
      force: false,
      time: T2,
      ...more,
    });
  }

  get entries(): readonly ManagedFieldsEntry[] {
    return (
      ((this.live?.["metadata"] as JsonObject)["managedFields"] as ManagedFieldsEntry[] | undefined) ?? []
    );
  }

  get spec(): JsonObject {
    return this.live?.["spec"] as JsonObject;
  }

  /** `owned("alice")` is `.spec.replicas ...`, of all her entries. */
  owned(manager: string): string {
    const sets = this.entries.filter((one) => one.manager === manager).map((one) => one.fieldsV1 as FieldSet);
    return sets
      .flatMap((one) => [...pathsOf(one)].map((path) => path.map((step) => step.slice(2)).join("/")))
      .join(" ");
  }

  #store(object: JsonObject, managedFields: ManagedFieldsEntry[] | undefined): void {
    const { managedFields: _, ...metadata } = object["metadata"] as JsonObject;
    this.live = {
      ...object,
      metadata: managedFields === undefined ? metadata : { ...metadata, managedFields },
    };
  }
}

/** `alice .spec.replicas` for each conflict. */
export function fieldsOf(conflicts: readonly FieldConflict[] | undefined): string[] {
  return (conflicts ?? []).map((one) => `${one.manager.name} ${one.field}`);
}
