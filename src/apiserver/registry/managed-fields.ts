/**
 * Ownership of fields around a write: who changed what, and server-side apply. The rules are the model's;
 * this binds them to a request (its version, subresource, manager and time).
 */
import {
  type KnownParts,
  type KubeObject,
  ManagedFieldsError,
  type ManagedFieldsEntry,
  type OtherVersion,
  type Resource,
  StatusError,
  type Type,
  type VersionedType,
  applyConflict,
  applyPatch,
  badRequest,
  clearEmptyLists,
  decode,
  rfc3339,
  sameOf,
  setOfFields,
  trackUpdate,
  applyDefaults,
} from "#api";
import { type Catalog, groupVersion } from "../catalog.ts";
import { sharedWith } from "./plain-data.ts";
import type { ResourceRequest, WriteOptions } from "./resource-request.ts";
import type { Views } from "./views.ts";

type Data = Record<string, unknown>;
type ResetFields = NonNullable<VersionedType["resetFields"]>;

/**
 * An object to write, with the `metadata.managedFields` that the client sent (which decoding normalizes
 * away).
 */
export interface Draft {
  readonly object: KubeObject;
  readonly managers: unknown;
}

/** Of a request to write, what is booked. */
type Written = Pick<ResourceRequest, "resource" | "now"> & {
  readonly info: Pick<ResourceRequest["info"], "subresource">;
};

export class ManagedFieldsTracker {
  readonly #catalog: Catalog;
  readonly #views: Views;
  readonly #resets = new Map<readonly (readonly string[])[], ResetFields>();

  constructor(catalog: Catalog, views: Views) {
    this.#catalog = catalog;
    this.#views = views;
  }

  /** Books the change from `old` to `draft` to `manager`, in `draft`. */
  update(
    request: Written,
    old: KubeObject | undefined,
    draft: KubeObject,
    managers: unknown,
    manager: string,
  ): void {
    const entries = trackUpdate({
      ...this.#versioned(request),
      old: old as Data | undefined,
      new: sharedWith(old, draft) as unknown as Data,
      requested: managers,
      manager,
      time: rfc3339(request.now),
      subresource: request.info.subresource,
    });
    setEntries(draft, entries);
    clearEmptyLists(request.resource.type, draft);
  }

  /**
   * The live object with `applied` merged in, decoded, defaulted and owned. `known`: parts of the live object that were
   * decoded before. Throws 409 with the conflicts.
   */
  apply(
    request: ResourceRequest,
    live: KubeObject | undefined,
    applied: unknown,
    options: WriteOptions,
    known?: KnownParts,
  ): KubeObject {
    try {
      const result = applyPatch({
        ...this.#versioned(request),
        live: live as Data | undefined,
        patch: applied,
        manager: options.fieldManager,
        force: options.force,
        time: rfc3339(request.now),
        subresource: request.info.subresource,
      });
      if (result.conflicts !== undefined) throw applyConflict(result.conflicts);
      const { type } = request.resource;
      const { object, copies } = decode(type, result.object, "ignore", known);
      applyDefaults(type, object, copies);
      clearEmptyLists(type, object);
      setEntries(object, result.managedFields);
      return object;
    } catch (error) {
      if (!(error instanceof ManagedFieldsError)) throw error;
      throw error.code === "badRequest"
        ? badRequest(error.message)
        : new StatusError(500, "", error.message, undefined);
    }
  }

  /** A write that changed nothing but the time of an entry changed nothing: the old entries stay. */
  settle(type: Type, current: KubeObject, object: KubeObject): void {
    const [before, after] = [current.metadata.managedFields, object.metadata.managedFields];
    if (before === undefined || after === undefined || before.length !== after.length) return;
    const differs = after.some((entry, i) => entry.time !== before[i]?.time);
    if (differs && sameOf(type, timeless(current, before), timeless(object, after)))
      object.metadata.managedFields = before;
  }

  #versioned(request: Written): VersionedType {
    const { resource, info } = request;
    const paths = resource.strategy.resetFields?.[info.subresource];
    const versioned = {
      type: resource.type,
      apiVersion: groupVersion(resource),
      otherVersion: (apiVersion: string) => this.#otherVersion(resource, apiVersion),
    };
    if (paths === undefined) return versioned;
    let resetFields = this.#resets.get(paths);
    if (resetFields === undefined) {
      resetFields = setOfFields(paths);
      this.#resets.set(paths, resetFields);
    }
    return { ...versioned, resetFields };
  }

  /** What managers of another version own is known by converting to it. */
  #otherVersion(resource: Resource, apiVersion: string): OtherVersion | undefined {
    const other = this.#catalog.otherVersion(resource, apiVersion);
    if (other === undefined) return undefined;
    const between = (from: Resource, to: Resource) => (object: Data) =>
      this.#views.convert(from, to, object as unknown as KubeObject) as unknown as Data;
    return { type: other.type, convert: between(resource, other), convertBack: between(other, resource) };
  }
}

function setEntries(object: KubeObject, entries: ManagedFieldsEntry[] | undefined): void {
  if (entries === undefined || entries.length === 0) delete object.metadata.managedFields;
  else object.metadata.managedFields = entries;
}

function timeless(object: KubeObject, entries: readonly ManagedFieldsEntry[]): unknown {
  const managedFields = entries.map(({ time: _time, ...rest }) => rest);
  return { ...object, metadata: { ...object.metadata, managedFields } };
}
