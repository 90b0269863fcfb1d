/**
 * Runs lives in this process and prints one JSON line for each; `harness/children.ts` starts it.
 *
 *   seeds.ts FIRST STEP COUNT SECONDS [stop]     stop: at the first seed that finds something
 */
import { runLife } from "./harness/run.ts";

const [first = 1, step = 1, count = 1, seconds = 60] = process.argv.slice(2, 6).map(Number);
const stopAtFinding = process.argv[6] === "stop";
const endMs = performance.now() + seconds * 1_000;

for (let at = 0; at < count && (at === 0 || performance.now() < endMs); at += 1) {
  const result = await runLife(String(first + at * step), { stopAtFinding });
  console.log(
    JSON.stringify(result, (_, value: unknown) => (value instanceof Map ? Object.fromEntries(value) : value)),
  );
  if (stopAtFinding && result.findings !== "") break;
}
