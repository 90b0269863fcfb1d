/**
 * The subresources of a resource as discovery lists them: `status`, `scale`, those that write the parent, and
 * actions.
 */
import type { Resource } from "../resource.ts";
import type { Type } from "../schema/mod.ts";

export interface Subresource {
  readonly name: string;
  /** `""` and `""` for the parent's own group and version. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Sorted. */
  readonly verbs: readonly string[];
  readonly options?: Type;
}

type Parent = Pick<Resource, "kind" | "status" | "scale" | "objectSubresources" | "actions">;

/** Sorted by name. */
export function subresourcesOf({
  kind,
  status,
  scale,
  objectSubresources,
  actions,
}: Parent): readonly Subresource[] {
  const found: Subresource[] = [];
  const add = (
    name: string,
    verbs: readonly string[],
    of: { group?: string; version?: string; kind: string; options?: Type },
  ): void => {
    found.push({
      name,
      group: of.group ?? "",
      version: of.version ?? "",
      kind: of.kind,
      verbs: [...verbs].sort(),
      ...(of.options === undefined ? {} : { options: of.options }),
    });
  };
  if (status !== undefined) add("status", status.verbs, { kind });
  if (scale !== undefined)
    add("scale", ["get", "patch", "update"], { group: "autoscaling", version: "v1", kind: "Scale" });
  for (const [name, one] of Object.entries(objectSubresources ?? {})) add(name, one.verbs, { kind });
  for (const [name, action] of Object.entries(actions ?? {})) add(name, action.verbs, action);
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}
