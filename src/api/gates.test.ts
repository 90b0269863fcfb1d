/** Fields of gates that are off, in drafts of real kinds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { dropDisabled, gatesOff } from "./gates.ts";
import { resources } from "./kinds/mod.ts";
import { StatefulSet } from "./types/apps/mod.ts";
import { Pod } from "./types/core/mod.ts";

const podWith = (spec: object): { spec: Record<string, unknown> } => ({
  spec: { containers: [{ name: "c" }], ...spec },
});

test("a new object loses the fields of gates that are off, at any depth", () => {
  const bundle = { clusterTrustBundle: { name: "b", path: "p" } };
  const projected = { name: "v", projected: { sources: [bundle, { secret: { name: "s" } }] } };
  const draft = podWith({ schedulingGroup: { podGroupName: "g" }, volumes: [projected] });
  dropDisabled(Pod, draft, undefined);
  const sources = [{}, { secret: { name: "s" } }];
  assert.deepEqual(draft, podWith({ volumes: [{ name: "v", projected: { sources } }] }));
});

test("an object that has such a field keeps it, and no other", () => {
  const old = podWith({ schedulingGroup: { podGroupName: "g" } });
  const draft = podWith({
    schedulingGroup: { podGroupName: "h" },
    volumes: [{ name: "v", projected: { sources: [{ clusterTrustBundle: { path: "p" } }] } }],
  });
  dropDisabled(Pod, draft, old);
  assert.deepEqual(draft, {
    spec: {
      containers: [{ name: "c" }],
      schedulingGroup: { podGroupName: "h" },
      volumes: [{ name: "v", projected: { sources: [{}] } }],
    },
  });
});

test("fields of other gates, and objects without such fields, stay as they are", () => {
  const set = { spec: { updateStrategy: { rollingUpdate: { partition: 1, maxUnavailable: 2 } } } };
  dropDisabled(StatefulSet, set, undefined);
  assert.deepEqual(set, { spec: { updateStrategy: { rollingUpdate: { partition: 1 } } } });
  const draft = podWith({ resources: { limits: { cpu: "1" } }, hostnameOverride: "h" });
  const before = structuredClone(draft);
  dropDisabled(Pod, draft, undefined);
  assert.deepEqual(draft, before);
});

test("every gate that is off is one that the tables name", () => {
  const named = new Set<string>();
  const seen = new Set<object>();
  const look = (schema: (typeof resources)[number]["type"]["fields"]): void => {
    for (const field of schema.values()) {
      if (field.gate !== undefined) named.add(field.gate);
      let of = field.of;
      while (of.form === "list" || of.form === "map") of = of.form === "list" ? of.items : of.values;
      if (of.form === "message" && !seen.has(of)) {
        seen.add(of);
        look(of.fields);
      }
    }
  };
  for (const { type } of resources) look(type.fields);
  // These two belong to options, which are not stored.
  const options = ["PodLogsQuerySplitStreams", "ShardedListAndWatch"];
  assert.deepEqual(
    [...gatesOff].filter((gate) => !named.has(gate) && !options.includes(gate)),
    [],
  );
});
