/** Errors as people read them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { messageOf } from "./errors.ts";

test("messageOf() tells each cause once", () => {
  const cause = new Error("no such file", { cause: new Error("disk gone") });
  assert.equal(messageOf(new Error("Cannot read", { cause })), "Cannot read: no such file: disk gone");
  const told = new Error(`Cannot read: ${messageOf(cause)}`, { cause });
  assert.equal(messageOf(told), "Cannot read: no such file: disk gone");
  assert.equal(messageOf("plain"), "plain");
});
