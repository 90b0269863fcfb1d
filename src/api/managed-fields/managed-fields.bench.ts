/**
 * What ownership costs a write of one pod, beside the same pod's `JSON.stringify`.
 * Run: `npm run bench -- managed-fields`.
 */
import { createHash } from "node:crypto";
import { cpus } from "node:os";
import { canonical } from "../codec/decode.ts";
import type { JsonObject } from "../patch/json.ts";
import { applyStrategicMergePatch } from "../patch/strategic-merge.ts";
import { applyDefaults, type Type } from "../schema/mod.ts";
import { Pod } from "../types/core/mod.ts";
import { applyPatch } from "./apply-patch.ts";
import { trackUpdate } from "./track-update.ts";

interface Row {
  readonly name: string;
  readonly microseconds: number;
}

const TIME = "2026-01-01T00:00:00Z";

function pod(): JsonObject {
  const container = {
    name: "web",
    image: "nginx:1",
    env: ["A", "B"].map((name) => ({ name, value: "1" })),
    ports: [{ containerPort: 80 }],
    resources: { requests: { cpu: "100m", memory: "1Gi" } },
  };
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web", uid: "u-1", controller: true };
  const metadata = {
    generateName: "web-",
    labels: { app: "web", "pod-template-hash": "5" },
    ownerReferences: [owner],
  };
  const object = canonical(Pod, {
    metadata: { name: "web-1", ...metadata },
    spec: { containers: [container] },
  });
  applyDefaults(Pod, object);
  return object as unknown as JsonObject;
}

/** The best of several runs of `count` calls. */
function measure(name: string, count: number, call: () => unknown): Row {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 10; run++) {
    const start = performance.now();
    for (let i = 0; i < count; i++) call();
    best = Math.min(best, performance.now() - start);
  }
  return { name, microseconds: (best * 1000) / count };
}

/** All rows; `hash` is of the entries made, and changes only with the rules of ownership. */
export function managedFieldsBench(count: number): { readonly rows: readonly Row[]; readonly hash: string } {
  const created = pod();
  const base = { type: Pod as Type, apiVersion: "v1", manager: "bench", time: TIME };
  const create = () => trackUpdate({ ...base, old: undefined, new: created, requested: undefined });
  const metadata = { ...(created["metadata"] as JsonObject), uid: "u", managedFields: create() };
  const live: JsonObject = { ...created, metadata };
  const running = { status: { phase: "Running", podIP: "10.244.0.7" } };
  const status = () => {
    const next = applyStrategicMergePatch(Pod as Type, live, running);
    return trackUpdate({ ...base, old: live, new: next, requested: undefined, subresource: "status" });
  };
  const applied = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web-1", labels: { app: "web", extra: "1" } },
    spec: { containers: [{ name: "web", image: "nginx:2" }] },
  };
  const apply = () => applyPatch({ ...base, manager: "applier", live, patch: applied, force: true });
  const rows = [
    measure("JSON.stringify", count, () => JSON.stringify(created)),
    measure("create", count, create),
    measure("status patch", count, status),
    measure("forced apply", count, apply),
  ];
  const hash = createHash("sha256").update(JSON.stringify([create(), status(), apply()]));
  return { rows, hash: hash.digest("hex").slice(0, 16) };
}

if (import.meta.main) {
  const { rows, hash } = managedFieldsBench(20_000);
  for (const { name, microseconds } of rows) console.log(`${name.padEnd(16)} ${microseconds.toFixed(2)} us`);
  console.log(`result ${hash} on ${cpus()[0]?.model ?? "unknown"}, Node ${process.version}`);
}
