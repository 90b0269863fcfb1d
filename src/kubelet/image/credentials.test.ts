/** Which credentials of pull secrets fit an image, and in which order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Secret } from "#api";
import { credentialsFor } from "./credentials.ts";
import { parseImageReference } from "./reference.ts";

const secretOf = (auths: Readonly<Record<string, string>>): Secret => {
  const entries = Object.entries(auths).map(([key, user]) => [key, { auth: base64(`${user}:secret`) }]);
  const data = { ".dockerconfigjson": base64(JSON.stringify({ auths: Object.fromEntries(entries) })) };
  return { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, data };
};

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

const usersFor = (
  image: string,
  auths: Readonly<Record<string, string>>,
): readonly (string | undefined)[] => {
  const parsed = parseImageReference(image);
  assert.ok(parsed !== undefined);
  return credentialsFor(parsed, [secretOf(auths)]).map((one) => one.auth.username);
};

test("credentialsFor() takes entries by host and by prefix of the path, the longest first", () => {
  const auths = {
    "r.example:5000": "host",
    "r.example:5000/team": "team",
    "r.example:5000/other": "other",
    "*.example": "any",
    "https://index.docker.io/v1/": "hub",
  };
  assert.deepEqual(usersFor("r.example:5000/team/app:1", auths), ["team", "host"]);
  assert.deepEqual(usersFor("q.example/app", auths), ["any"]);
  assert.deepEqual(usersFor("busybox", auths), ["hub"]);
  assert.deepEqual(usersFor("elsewhere.test/app", auths), []);
});

test("credentialsFor() names no server: the runtime would compare it as a URL, and use them for no other", () => {
  const parsed = parseImageReference("127.0.0.1:5000/app");
  assert.ok(parsed !== undefined);
  const [found] = credentialsFor(parsed, [secretOf({ "127.0.0.1:5000": "somebody" })]);
  assert.deepEqual(found?.auth, { username: "somebody", password: "secret" });
});
