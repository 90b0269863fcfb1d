/**
 * Replays simulated lives (`npm run sim -- SEED [COUNT [STORM]]`): prints what each run cost, which faults it had, and
 * every promise that was broken. Exit code 1 if any was. STORM, a fault's name or `any`, brings three times as many faults.
 */
import { faults } from "../test/sim/harness/faults.ts";
import { runLife } from "../test/sim/harness/run.ts";

const [first = "1", count = "1", storm] = process.argv.slice(2);
if (!/^\d+$/.test(first) || !/^\d+$/.test(count)) {
  console.error(`Cannot replay "${first} ${count}": use npm run sim -- SEED [COUNT], both whole numbers`);
  process.exit(2);
}
const storms = ["any", ...faults.map(({ name }) => name)];
if (storm !== undefined && !storms.includes(storm)) {
  console.error(`There is no storm "${storm}": use one of ${storms.join(", ")}`);
  process.exit(2);
}

for (let at = 0; at < Number(count); at += 1) {
  const seed = String(Number(first) + at);
  const { simulatedHours, commits, events, digest, faults, crashPoints, findings } = await runLife(
    seed,
    storm === undefined ? {} : { storm },
  );
  const cost = `${simulatedHours.toFixed(2)} simulated hours, ${commits} commits, ${events} events`;
  console.log(`seed ${seed}: ${findings === "" ? "ok" : "FAILED"}, ${cost}, digest ${digest}`);
  if (count === "1") {
    for (const [name, times] of [...faults, ...crashPoints])
      console.log(`${String(times).padStart(6)}  ${name}`);
  }
  if (findings === "") continue;
  console.log(findings);
  process.exitCode = 1;
}
