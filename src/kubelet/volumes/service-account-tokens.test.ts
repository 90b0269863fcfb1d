/** How long a pod's token is kept. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { podOf } from "../testing/builders.ts";
import { ServiceAccountTokens } from "./service-account-tokens.ts";

const minute = 60_000;

test("A token is kept for four fifths of its life, and not by a clock that was set back", async () => {
  let nowMs = 10 * minute;
  let made = 0;
  const post = async (): Promise<unknown> => {
    made += 1;
    return { status: { token: `t${made}`, expirationTimestamp: "" }, spec: { expirationSeconds: 600 } };
  };
  const tokens = new ServiceAccountTokens({ clock: { now: () => nowMs } }, { accounts: { post } });
  const at = async (minutes: number): Promise<string> => {
    nowMs = minutes * minute;
    return tokens.token(podOf({}), { path: "token" }, new AbortController().signal);
  };
  assert.deepEqual([await at(10), await at(17), await at(18), await at(17)], ["t1", "t1", "t2", "t3"]);
});
