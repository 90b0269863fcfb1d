/**
 * Tables (`as=Table`): the printed columns of a resource with a row for each object, so that clients need
 * no code for a kind; `includeObject` decides how much of the object comes along.
 */
import { type KubeObject, type Resource, badRequest } from "#api";
import type { MetaVersion } from "../negotiate.ts";

export type IncludeObject = "None" | "Metadata" | "Object";

/** A resource, or another set of columns. */
type Printed = Pick<Resource, "columns">;

/** The cells of one object, in the order of the columns. */
export interface Row {
  readonly cells: readonly (string | number | boolean | null)[];
  readonly object?: unknown;
}

/** The `includeObject` parameter. Throws 400 for anything unknown. */
export function includeObject(query: URLSearchParams): IncludeObject {
  const text = query.get("includeObject") ?? "";
  if (text === "" || text === "Metadata") return "Metadata";
  if (text === "None" || text === "Object") return text;
  throw badRequest(`unrecognized includeObject value: ${JSON.stringify(text)}`);
}

/** Column definitions; watches send them with their first event only. */
export function columnDefinitions({ columns }: Printed): readonly unknown[] {
  const listed = columns.filter(({ unlisted }) => unlisted === undefined);
  return listed.map((column) => ({
    name: column.name,
    type: column.type,
    format: column.format ?? "",
    description: column.description ?? column.name,
    priority: column.priority ?? 0,
  }));
}

/** One object as a row. */
export function rowOf(
  { columns }: Printed,
  object: KubeObject,
  {
    include,
    now,
    version,
  }: { readonly include: IncludeObject; readonly now: number; readonly version?: MetaVersion | undefined },
): Row {
  const cells = columns.map((column) => column.cell(object, now));
  if (include === "None") return { cells, object: null };
  return { cells, object: include === "Object" ? object : metadataOnly(object, version) };
}

/** The whole table. `columns`: null where they were sent before. */
export function table(
  columns: readonly unknown[] | null,
  rows: readonly Row[],
  metadata: unknown,
  version: MetaVersion = "meta.k8s.io/v1",
): unknown {
  return { kind: "Table", apiVersion: version, metadata, columnDefinitions: columns, rows };
}

/** `PartialObjectMetadata`. */
export function metadataOnly(object: KubeObject, version: MetaVersion = "meta.k8s.io/v1"): unknown {
  return { kind: "PartialObjectMetadata", apiVersion: version, metadata: object.metadata };
}
