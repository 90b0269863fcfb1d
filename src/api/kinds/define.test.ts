/** What every kind's hooks leave behind is as the wire shows it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { canonical } from "../codec/mod.ts";
import type { KubeObject } from "../schema/mod.ts";
import { resources } from "./mod.ts";

const context = { now: 0, userName: "u", subresource: undefined, dryRun: false };

for (const { type, plural, group, kind, version, strategy } of resources) {
  if (strategy.prepareForCreate === undefined || !type.fields.has("status")) continue;
  test(`A new object of ${group}/${version} ${plural} has a status that is complete`, () => {
    const apiVersion = group === "" ? version : `${group}/${version}`;
    const draft = canonical(type, { apiVersion, kind, metadata: { name: "x" } }) as KubeObject & {
      status?: unknown;
    };
    strategy.prepareForCreate?.(draft, context);
    const complete = canonical(type, draft) as typeof draft;
    assert.deepEqual(Object.keys(draft.status ?? {}).sort(), Object.keys(complete.status ?? {}).sort());
  });
}
