/**
 * Feature gates that are off, as upstream's are by default: their fields are known, and dropped from what is written
 * unless the stored object has them already (from a server that had the gate on). The tables name each field's gate.
 */
import type { Field, Schema, Type } from "./schema/mod.ts";

/** The gates of v1.36 that the tables name and that are off. */
export const gatesOff: ReadonlySet<string> = new Set([
  "ClusterTrustBundleProjection",
  "ContainerStopSignals",
  "CoordinatedLeaderElection",
  "CrossNamespaceVolumeDataSource",
  "DRAListTypeAttributes",
  "DRANodeAllocatableResources",
  "GenericWorkload",
  "ImageVolumeWithDigest",
  "MaxUnavailableStatefulSet",
  "PodLogsQuerySplitStreams",
  "ShardedListAndWatch",
  "VolumeLimitScaling",
]);

type Data = Record<string, unknown>;
type Visit = (data: Data, field: Field) => void;
type Walk = (value: unknown, visit: Visit) => void;

/** A memo of a pure function over immutable types. */
const walks = new WeakMap<Type, Walk>();

/** Changes `draft`, of the same type as `old`. */
export function dropDisabled(type: Type, draft: unknown, old: unknown): void {
  const walk = walkOf(type);
  const found: (readonly [Data, Field])[] = [];
  walk(draft, (data, field) => found.push([data, field]));
  if (found.length === 0) return;
  const used = new Set<Field>();
  if (old !== undefined) walk(old, (_data, field) => used.add(field));
  for (const [data, field] of found) if (!used.has(field)) delete data[field.name];
}

/** Visits each field that is there and whose gate is off. */
function walkOf(type: Type): Walk {
  const known = walks.get(type);
  if (known !== undefined) return known;
  const fields = [...type.fields.values()];
  const disabled = fields.filter(isDisabled);
  const parents = fields.filter((field) => !isDisabled(field) && holdsDisabled(field.of, new Set()));
  const walk: Walk = (value, visit) => {
    const data = value as Data;
    for (const field of disabled) if (isThere(data, field)) visit(data, field);
    for (const field of parents) if (isThere(data, field)) visitBelow(field.of, data[field.name], visit);
  };
  walks.set(type, walk);
  return walk;
}

function visitBelow(schema: Schema, value: unknown, visit: Visit): void {
  if (value === null) return;
  if (schema.form === "message") walkOf(schema)(value, visit);
  else if (schema.form === "list")
    for (const item of value as unknown[]) visitBelow(schema.items, item, visit);
  else if (schema.form === "map")
    for (const one of Object.values(value as Data)) visitBelow(schema.values, one, visit);
}

function isDisabled({ gate }: Field): boolean {
  return gate !== undefined && gatesOff.has(gate);
}

function isThere(data: Data, { name }: Field): boolean {
  return Object.hasOwn(data, name) && data[name] !== undefined;
}

/** True when a field of a gate that is off can be anywhere below. */
function holdsDisabled(schema: Schema, seen: Set<Schema>): boolean {
  if (schema.form === "list") return holdsDisabled(schema.items, seen);
  if (schema.form === "map") return holdsDisabled(schema.values, seen);
  if (schema.form !== "message" || seen.has(schema)) return false;
  seen.add(schema);
  return [...schema.fields.values()].some((field) => isDisabled(field) || holdsDisabled(field.of, seen));
}
