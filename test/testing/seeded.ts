/** Randomness that a test can repeat: the same seed draws the same. */
import { createHash } from "node:crypto";
import type { Random } from "#base";
import { SeededRandom } from "../../src/base/random.ts";

/** A stream of its own for each seed. */
export function seeded(seed: string): Random {
  const source = { seed: (path: string) => createHash("sha256").update(`${seed} ${path}`).digest() };
  return new SeededRandom(source, "test");
}
