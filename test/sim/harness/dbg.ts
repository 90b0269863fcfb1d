import { runLife } from "./run.ts";
import { pods, nodes } from "#api";
const seed = process.argv[2] ?? "2";
let c: any;
const r = await runLife(seed, {
  inspect: (x) => {
    c = x;
  },
});
console.log(r.findings, r.simulatedHours, r.events, [...r.faults]);
if (r.findings) {
  for (const p of c.log.list(pods).values())
    console.log(
      p.metadata.namespace,
      p.metadata.name,
      p.metadata.uid,
      p.spec.nodeName,
      JSON.stringify(p.status.conditions?.map((x: any) => [x.type, x.status, x.lastTransitionTime])),
      JSON.stringify(p.status.containerStatuses?.[0]?.state),
      p.metadata.deletionTimestamp,
    );
  for (const n of c.log.list(nodes).values())
    console.log(
      n.metadata.name,
      JSON.stringify(n.spec.taints),
      n.status.conditions?.find((x: any) => x.type === "Ready").status,
    );
  for (const e of c.world.log.slice(-40))
    console.log(e.atMs ?? "", e.level, e.name, e.message, JSON.stringify(e.fields)?.slice(0, 300));
  console.log(
    c.hosts.map((h: string) => [h, c.isUp(h)]),
    c.leader(),
  );
}
