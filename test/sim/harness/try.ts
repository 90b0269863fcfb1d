import { runLife } from "./run.ts";
const [from = "1", to = from, mode = ""] = process.argv.slice(2);
let reference: readonly string[] = [];
reference = (await runLife("undisturbed", { disturbed: false })).endState;
for (let seed = Number(from); seed <= Number(to); seed++) {
  const t0 = process.hrtime.bigint();
  const r = await runLife(String(seed), { disturbed: mode !== "calm" });
  const s = Number(process.hrtime.bigint() - t0) / 1e9;
  console.log(
    `seed ${seed}: ${s.toFixed(2)} s, ${r.simulatedHours.toFixed(3)} h, ${r.commits} commits, ${r.events} events, ${r.digest}`,
  );
  if (from === to) console.log([...r.faults], [...r.crashPoints], [...r.creations], [...r.deletions]);
  if (r.findings) console.log(r.findings);
  const d1 = r.endState.filter((l) => !reference.includes(l)),
    d2 = reference.filter((l) => !r.endState.includes(l));
  if (d1.length + d2.length || r.endState.length !== reference.length)
    console.log("END", d1, d2, r.endState.length, reference.length);
}
