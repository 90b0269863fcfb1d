/** Checks writes of statuses: a table of what was there before, what is written, and the causes of a refusal. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "../codec/mod.ts";
import type { Resource } from "../resource.ts";
import { applyDefaults, type KubeObject } from "../schema/mod.ts";
import { create, update } from "./create.suite.ts";

export interface StatusRow {
  readonly name: string;
  readonly of: Resource;
  readonly spec: object;
  readonly before: object;
  readonly after: object;
  readonly causes: readonly string[];
}

export interface StatusCase {
  readonly spec?: object;
  readonly before?: object;
  readonly after: object;
}

export function statusRow<T>(
  name: string,
  of: T,
  { spec = {}, before = {}, after }: StatusCase,
  ...causes: readonly string[]
): StatusRow {
  return { name, of: of as Resource, spec, before, after, causes: [...causes].sort() };
}

/** One test for each row. */
export function checkStatuses(rows: readonly StatusRow[]): void {
  for (const { name, of, spec, before, after, causes } of rows) {
    test(name, () => {
      const { object } = create(of, { spec });
      const old = {
        ...object,
        status: { ...(object as { status?: object }).status, ...(decoded(of, before) as object) },
      };
      const { errors } = update(
        of,
        old as KubeObject,
        (draft) => Object.assign(draft, { status: decoded(of, after) }),
        "status",
      );
      assert.deepEqual(errors.sort(), causes);
    });
  }
}

/** A status as a body has it. */
function decoded(of: Resource, status: object): unknown {
  const { object } = decode(of.type, { metadata: { name: "a" }, status });
  applyDefaults(of.type, object);
  return (object as { status?: unknown }).status;
}
