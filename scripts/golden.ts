/**
 * Replays the recorded answers (`npm run golden`): prints the share that passes by kind, and the most frequent
 * differences. With `--record` it writes the shares that the test holds on to and that docs/parity.md shows. Names of
 * recordings as arguments choose some of them.
 */
import {
  type Difference,
  missingRecordings,
  recordings,
  replay,
  type Shares,
} from "../test/golden/replay.ts";
import { readShares, totalOf, writeShares } from "../test/golden/shares.ts";

const GROUPS = 25;

function printShares(recording: string, shares: Shares): void {
  const [passed, all] = totalOf(shares);
  console.log(`\n${recording}: ${passed} of ${all} passed`);
  for (const [kind, [some, every]] of Object.entries(shares)) {
    if (some < every) console.log(`  ${kind.padEnd(36)} ${some}/${every}`);
  }
}

function printDifferences(differences: readonly Difference[]): void {
  const groups = new Map<string, number>();
  for (const { kind, what } of differences) {
    const rule = what.replace(/\[\d+\]/g, "[]").replace(/ got (\d+).*/, " got $1");
    const group = `${kind}: ${rule.slice(0, 150)}`;
    groups.set(group, (groups.get(group) ?? 0) + 1);
  }
  const most = [...groups].sort(([, a], [, b]) => b - a).slice(0, GROUPS);
  for (const [group, count] of most) console.log(`  ${String(count).padStart(5)}  ${group}`);
}

const missing = missingRecordings();
const wanted = process.argv.slice(2).filter((one) => !one.startsWith("--"));
if (missing !== undefined) {
  console.error(`Nothing to replay: this ${missing}.`);
  process.exitCode = 1;
} else {
  const reached: Record<string, Shares> = { ...readShares() };
  for (const recording of recordings) {
    if (wanted.length > 0 && !wanted.includes(recording)) continue;
    const { shares, differences } = await replay(recording);
    printShares(recording, shares);
    printDifferences(differences);
    reached[recording] = shares;
  }
  if (process.argv.includes("--record")) writeShares(reached);
}
