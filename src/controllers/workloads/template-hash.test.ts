/** Which templates are one, and which are two. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { PodTemplateSpec } from "#api";
import { sameTemplate, TEMPLATE_HASH, templateHash } from "./template-hash.ts";

function template(spec: object, labels: Readonly<Record<string, string>> = { a: "b" }): PodTemplateSpec {
  const containers = [{ name: "c", image: "i", resources: { limits: { memory: "1Gi" } } }];
  return { metadata: { labels }, spec: { containers, ...spec } } as unknown as PodTemplateSpec;
}

test("An empty message is another template than none, an empty list, another order and the hash itself are not", () => {
  const plain = template({});
  const isSame = (other: PodTemplateSpec): readonly boolean[] => [
    sameTemplate(plain, other),
    templateHash(plain, undefined) === templateHash(other, undefined),
  ];
  assert.deepEqual(isSame(template({ affinity: {} })), [false, false]);
  assert.deepEqual(isSame(template({ hostUsers: false })), [false, false]);
  assert.deepEqual(isSame(template({ volumes: [] })), [true, true]);
  assert.deepEqual(isSame({ spec: plain.spec, metadata: plain.metadata } as PodTemplateSpec), [true, true]);
  assert.equal(sameTemplate(plain, template({}, { a: "b", [TEMPLATE_HASH]: "x" })), true);
});
