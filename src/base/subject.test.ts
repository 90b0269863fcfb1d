/** Subjects of certificates as Node's TLS hands them over. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { subjectOf, uidAttribute } from "./subject.ts";

test("subjectOf() takes the last common name, every organization and the one UID", () => {
  assert.deepEqual(subjectOf({}), { commonName: "", organizations: [] });
  assert.deepEqual(subjectOf({ CN: ["a", "b"], O: "c" }), { commonName: "b", organizations: ["c"] });
  assert.deepEqual(subjectOf({ CN: "a", O: ["b", "c"], UID: "other", [uidAttribute]: "d" }), {
    commonName: "a",
    organizations: ["b", "c"],
    uid: "d",
  });
  assert.equal(subjectOf({ CN: "a", [uidAttribute]: ["d", "e"] }), undefined);
});
