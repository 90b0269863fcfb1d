/** Checks changes of objects: a table of what is made, what is changed, and the causes of a refusal. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Resource } from "../resource.ts";
import type { KubeObject } from "../schema/mod.ts";
import { create, update } from "./create.suite.ts";

export interface UpdateRow {
  readonly name: string;
  readonly of: Resource;
  readonly body: object;
  /** By path: `{ "spec.replicas": 2 }`; undefined takes a field away. */
  readonly change: Readonly<Record<string, unknown>>;
  readonly causes: readonly string[];
}

export function updateRow<T>(
  name: string,
  of: T,
  body: object,
  change: UpdateRow["change"],
  ...causes: readonly string[]
): UpdateRow {
  return { name, of: of as Resource, body, change, causes: [...causes].sort() };
}

export function times(count: number, cause: string): string[] {
  return Array<string>(count).fill(cause);
}

/** One test for each row. */
export function checkUpdates(rows: readonly UpdateRow[]): void {
  for (const { name, of, body, change, causes } of rows) {
    test(name, () => {
      const { object } = create(of, body);
      const { errors } = update(of, object, (draft) => {
        for (const [path, value] of Object.entries(change)) set(draft, path.split("."), value);
      });
      assert.deepEqual(errors.sort(), causes);
    });
  }
}

function set(object: KubeObject, path: readonly string[], value: unknown): void {
  let place = object as unknown as Record<string, unknown>;
  for (const step of path.slice(0, -1)) place = (place[step] ??= {}) as Record<string, unknown>;
  const last = path.at(-1) ?? "";
  if (value === undefined) delete place[last];
  else place[last] = value;
}
