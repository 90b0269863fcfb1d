/** Token files as kube-apiserver reads them. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { userOf } from "#apiserver";
import { ClusterError } from "./errors.ts";
import { readTokens } from "./token-file.ts";

const folder = mkdtempSync(join(tmpdir(), "navarch-tokens-"));
const path = join(folder, "tokens.csv");
after(() => rmSync(folder, { recursive: true, force: true }));

test("a line gives a token its user, uid and groups", () => {
  writeFileSync(path, 'a,alice,1,"developers, admins"\n\n"b ""c""",bob,2,ops\r\nd,dora,3\n');
  assert.deepEqual(
    [...readTokens(path)],
    [
      ["a", userOf("alice", ["developers", "admins"], "1")],
      ['b "c"', userOf("bob", ["ops"], "2")],
      ["d", userOf("dora", [], "3")],
    ],
  );
});

test("a file that cannot be read, and a line that says too little, are the user's mistakes", () => {
  const isMistake = (text: RegExp) => (error: unknown) =>
    error instanceof ClusterError && error.code === "bad-option" && text.test(error.message);
  assert.throws(() => readTokens(join(folder, "nothing")), isMistake(/Cannot read token file/));
  writeFileSync(path, "a,alice,1\nb,bob\n");
  assert.throws(() => readTokens(path), isMistake(/line 2/));
});
