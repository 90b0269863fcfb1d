/** docs/parity.md says what the tables say. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parityText } from "../../scripts/parity.ts";
import { root } from "../testing/program.ts";

test("docs/parity.md is up to date (npm run parity writes it)", () => {
  assert.equal(readFileSync(join(root, "docs/parity.md"), "utf8"), parityText());
});
