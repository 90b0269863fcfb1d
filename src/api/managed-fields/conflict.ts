/** Conflicts of an apply as users see them: one cause for each field and manager, and a 409. */
import { type StatusCause, StatusError } from "../status.ts";
import { pathsOf } from "./field-set.ts";
import type { Manager } from "./managers.ts";
import type { Conflict } from "./ownership.ts";
import { printElement } from "./path-element.ts";

export interface FieldConflict {
  /** `.spec.template.spec.containers[name="c"].image` */
  readonly field: string;
  readonly path: readonly string[];
  readonly manager: Manager;
}

/** Sorted by manager, then in canonical order of fields. */
export function fieldConflicts(conflicts: readonly Conflict[]): readonly FieldConflict[] {
  const sorted = [...conflicts].sort((a, b) => (a.id < b.id ? -1 : 1));
  return sorted.flatMap(({ manager, set }) =>
    [...pathsOf(set)].map((path) => ({ field: path.map(printElement).join(""), path, manager })),
  );
}

/** 409 with a cause `FieldManagerConflict` for each. */
export function applyConflict(conflicts: readonly FieldConflict[]): StatusError {
  const causes: StatusCause[] = conflicts.map(({ field, manager }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${printManager(manager)}`,
    field,
  }));
  return new StatusError(409, "Conflict", messageOf(conflicts), { causes });
}

function messageOf(conflicts: readonly FieldConflict[]): string {
  const [only] = conflicts;
  if (conflicts.length === 1 && only !== undefined) {
    return `Apply failed with 1 conflict: conflict with ${printManager(only.manager)}: ${only.field}`;
  }
  const lines: string[] = [];
  let last: Manager | undefined;
  for (const { field, manager } of conflicts) {
    if (manager !== last) lines.push(`conflicts with ${printManager(manager)}:`);
    last = manager;
    lines.push(`- ${field}`);
  }
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join("\n")}`;
}

function printManager({ name, operation, apiVersion, subresource }: Manager): string {
  const who =
    subresource === "" ? JSON.stringify(name) : `${JSON.stringify(name)} with subresource "${subresource}"`;
  return operation === "Update" ? `${who} using ${apiVersion}` : who;
}
