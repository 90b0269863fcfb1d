/** What a real API server answered is answered alike, at least as often as when the shares were last recorded. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { missingRecordings, recordings, replay } from "./replay.ts";
import { readShares, totalOf } from "./shares.ts";

const skip = missingRecordings() ?? false;
const reached = readShares();

for (const recording of recordings) {
  test(`the answers of ${recording} have not become worse`, { skip }, async (context) => {
    const { shares, differences } = await replay(recording);
    const [passed, all] = totalOf(shares);
    context.diagnostic(`${passed} of ${all} passed`);
    const worse = Object.entries(reached[recording] ?? {}).flatMap(([kind, [before]]) => {
      const now = shares[kind]?.[0] ?? 0;
      const examples = differences.filter((one) => one.kind === kind).map((one) => one.what);
      return now < before ? [{ kind, before, now, examples: examples.slice(0, 10) }] : [];
    });
    assert.deepEqual(worse, []);
    assert.ok(totalOf(reached[recording] ?? {})[0] > 0, "no shares are recorded: npm run golden -- --record");
  });
}
