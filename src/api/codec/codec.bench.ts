/**
 * What one pod costs in each codec, beside the language's own JSON. The pod is upstream's sample with every field
 * filled, and a plain one. Run: `npm run bench -- codec`.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { gunzipSync } from "node:zlib";
import { applyDefaults } from "../schema/mod.ts";
import { Pod } from "../types/core/mod.ts";
import { canonical, decode } from "./decode.ts";
import { parseJson, parseStoredJson } from "./json-parser.ts";
import { decodeProtobuf, encodeProtobuf } from "./protobuf.ts";

interface Row {
  readonly name: string;
  readonly microseconds: number;
}

const PLAIN = {
  metadata: { name: "web-0", namespace: "default", labels: { app: "web" }, uid: "0f0f", generation: 1 },
  spec: {
    containers: [
      {
        name: "web",
        image: "nginx:1",
        ports: [{ containerPort: 80 }],
        resources: { requests: { cpu: "100m" } },
      },
    ],
    nodeName: "n1",
  },
  status: { phase: "Running", podIP: "10.244.0.7", podIPs: [{ ip: "10.244.0.7" }] },
};

function fullPod(): Pod {
  const file = new URL("../../../test/fixtures/protobuf.jsonl.gz", import.meta.url);
  const lines = gunzipSync(readFileSync(file)).toString().split("\n");
  const line = lines.find((one) => one.includes('"core.v1.Pod"')) ?? "";
  return canonical(Pod, (JSON.parse(line) as { json: unknown }).json);
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

/** All rows; `hash` is of the texts and bytes made, and changes only with the codecs. */
export function codecBench(count: number): { readonly rows: readonly Row[]; readonly hash: string } {
  const rows: Row[] = [];
  const hash = createHash("sha256");
  for (const [label, pod] of [["plain", canonical(Pod, PLAIN)] as const, ["full", fullPod()] as const]) {
    const text = JSON.stringify(pod);
    const bytes = encodeProtobuf(Pod, pod);
    hash.update(text).update(bytes);
    rows.push(
      measure(`${label}: JSON.parse, ${text.length} bytes`, count, () => JSON.parse(text)),
      measure(`${label}: parseJson`, count, () => parseJson(text)),
      measure(`${label}: parseStoredJson`, count, () => parseStoredJson(text)),
      measure(`${label}: canonical`, count, () => canonical(Pod, pod)),
      measure(`${label}: decode text, strict`, count, () => decode(Pod, text, "strict")),
      measure(`${label}: applyDefaults`, count, () => applyDefaults(Pod, pod)),
      measure(`${label}: JSON.stringify`, count, () => JSON.stringify(pod)),
      measure(`${label}: encodeProtobuf, ${bytes.length} bytes`, count, () => encodeProtobuf(Pod, pod)),
      measure(`${label}: decodeProtobuf`, count, () => decodeProtobuf(Pod, bytes)),
    );
  }
  return { rows, hash: hash.digest("hex").slice(0, 12) };
}

if (import.meta.main) {
  const { rows, hash } = codecBench(2_000);
  console.log(`${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}, result ${hash}`);
  for (const { name, microseconds } of rows) console.log(`${name.padEnd(40)} ${microseconds.toFixed(2)} us`);
}
