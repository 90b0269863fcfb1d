/**
 * Completes a kind's row: what follows from the type (group, version, kind), and what most kinds share (all
 * verbs, a storage prefix by plural). A kind's file says only what is its own.
 */
import { assert } from "#base";
import type { Conversion, ObjectSubresource, Resource, Verb } from "../resource.ts";
import type { KubeObject, Type } from "../schema/mod.ts";

type Derived =
  | "group"
  | "version"
  | "kind"
  | "singular"
  | "shortNames"
  | "categories"
  | "verbs"
  | "storage"
  | "strategy";

/** A kind's own part of its `Resource`. */
export interface Row<T extends KubeObject> extends Omit<Resource<T>, Derived> {
  readonly singular?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly verbs?: readonly Verb[];
  readonly strategy?: Resource<T>["strategy"];
  /** `false` for kinds that are only called. */
  readonly storage?: false | StorageRow<T>;
}

interface StorageRow<T> {
  /** Default: `/registry/<plural>`. */
  readonly prefix?: string;
  /** Default: the served version. */
  readonly version?: string;
  readonly conversion?: Conversion<T>;
  readonly ttlSeconds?: number;
}

const everyVerb: readonly Verb[] = [
  "create",
  "delete",
  "deletecollection",
  "get",
  "list",
  "patch",
  "update",
  "watch",
];

/** The type alone tells `T`, since shared columns fit every kind. */
export function define<T extends KubeObject>(row: { readonly type: Type<T> } & Row<NoInfer<T>>): Resource<T> {
  const { gvk } = row.type;
  assert(gvk !== undefined, `The type of ${row.plural} is not a kind`);
  const { storage, ...rest } = row;
  const version = gvk.group === "" ? gvk.version : `${gvk.group}/${gvk.version}`;
  return {
    ...gvk,
    singular: gvk.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    verbs: storage === false ? ["create"] : everyVerb,
    strategy: {},
    ...(storage === false ? {} : { storage: { prefix: `/registry/${row.plural}`, version, ...storage } }),
    ...rest,
  };
}

/** Names a part of an object that its main resource or a subresource does not write. */
type Path = readonly string[];

const statusPath: Path = ["status"];
const specPath: Path = ["spec"];

/** `resetFields` of a kind whose status is written through its subresource alone. */
export const statusResetFields = { "": [statusPath], status: [specPath] } as const;

/** The same, of a kind whose status subresource leaves metadata alone. */
export const statusOnlyResetFields = { "": [statusPath], status: [["metadata"], specPath] } as const;

interface WithStatus extends KubeObject {
  spec?: unknown;
  status?: unknown;
}

/** `status`: takes all but the status from the stored object, metadata's own changes aside. */
export function statusSubresource<T extends WithStatus>(
  more: { readonly keeps?: "labels" | "metadata" } & Partial<
    Pick<ObjectSubresource<T>, "metadataOnUpdate" | "validateUpdate">
  > = {},
): ObjectSubresource<T> {
  const { keeps, ...hooks } = more;
  const kept = keeps === undefined ? [] : keeps === "labels" ? (["labels"] as const) : authored;
  return {
    verbs: ["get", "patch", "update"],
    prepareForUpdate(draft, old) {
      draft.spec = old.spec;
      for (const field of kept) keep(draft, old, field);
    },
    ...hooks,
  };
}

/** What of metadata its author writes. */
const authored = ["labels", "annotations", "finalizers", "ownerReferences"] as const;

function keep(draft: KubeObject, old: KubeObject, field: (typeof authored)[number]): void {
  if (old.metadata[field] === undefined) delete draft.metadata[field];
  else Object.assign(draft.metadata, { [field]: old.metadata[field] });
}

/** For `prepareForCreate`: the server writes status, not the author. */
export function clearStatus(draft: { status?: unknown }): void {
  draft.status = {};
}

/** The same for a status that prints some fields when they say nothing. */
export function clearStatusTo(empty: Readonly<Record<string, number | null>>) {
  return (draft: { status?: unknown }): void => {
    draft.status = { ...empty };
  };
}

/** For `prepareForUpdate`: the main resource does not write status. */
export function keepStatus(draft: { status?: unknown }, old: { readonly status?: unknown }): void {
  draft.status = old.status;
}

/** For `fillEmpty`: of a kind whose number of replicas upstream holds without a pointer. */
export function zeroReplicas({ spec }: { readonly spec: { replicas?: number } }): void {
  spec.replicas = 0;
}

/** `scale` of the workloads that have `spec.replicas` and a selector. */
export const replicaScale = {
  replicasPath: ["spec", "replicas"],
  statusReplicasPath: ["status", "replicas"],
  selectorPath: ["spec", "selector"],
} as const;
