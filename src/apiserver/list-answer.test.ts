/** Lists on the wire: every encoding leaves the loop to others, and pieces make the text that one call would. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type KubeObject,
  canonical,
  parseStoredJson,
  parseYaml,
  pods,
  stringifyJson,
  stringifyYaml,
} from "#api";
import type { Clock } from "#base";
import { SimWorld } from "#base/sim";
import type { Revision, StoredRecord } from "#store";
import type { Answer, Call } from "./call.ts";
import { Catalog } from "./catalog.ts";
import { SLICE_MS } from "./limits.ts";
import { listAnswer } from "./list-answer.ts";
import type { Encoding } from "./negotiate.ts";
import { ChunkPool } from "./registry/chunk-writer.ts";
import { keyOf } from "./registry/keys.ts";
import type { Page } from "./registry/outcome.ts";
import { Records } from "./registry/records.ts";
import { type ResourceRequest, Warnings } from "./registry/resource-request.ts";
import { Views } from "./registry/views.ts";
import { requestInfo } from "./request-info.ts";
import { Turns } from "./turns.ts";
import { userOf } from "./user.ts";

const env = new SimWorld("list-answer").env("server");
const records = new Records(env.clock, { freeze: true });
const views = new Views(records, new Catalog([pods]));
const ITEMS = 60;

/** Between two looks at it a millisecond passes, as it does when each item takes as long to make. */
class SlowClock implements Clock {
  yields = 0;
  #ms = 0;

  now = (): number => this.#ms;
  monotonic = (): number => (this.#ms += 1);
  timer = (ms: number, fn: () => void): ReturnType<Clock["timer"]> => env.clock.timer(ms, fn);
  sleep = (ms: number): Promise<void> => env.clock.sleep(ms);

  async yield(): Promise<void> {
    this.yields += 1;
  }
}

/** Every second one has managed fields, and so metadata that can be cut out of its text. */
function recordOf(at: number): StoredRecord {
  const managedFields = at % 2 === 0 ? undefined : [{ manager: "m", fieldsV1: { "f:spec": {} } }];
  const labels = { text: 'items: []\nrows: []"metadata":{' };
  const metadata = { name: `p-${at}`, namespace: "a", labels, managedFields };
  const object = {
    apiVersion: "v1",
    kind: "Pod",
    metadata,
    spec: { containers: [{ name: "c", image: "i" }] },
  };
  const revision = (at + 1) as Revision;
  const { value, index } = records.encode(pods, canonical(pods.type, object) as KubeObject);
  return {
    key: keyOf(pods, "a", metadata.name),
    value,
    index,
    createRevision: revision,
    modRevision: revision,
    version: 1,
  };
}

function pageOf(count: number): Page {
  const all = Array.from({ length: count }, (_, at) => recordOf(at));
  return { records: all, revision: 99 as Revision, continueToken: undefined, remaining: undefined };
}

function request(target: string): ResourceRequest {
  const call: Call = {
    method: "GET",
    target,
    header: () => undefined,
    headers: () => [],
    remoteAddress: "",
    body: () => Promise.reject(new Error("a list has no body")),
    signal: new AbortController().signal,
  };
  const info = requestInfo("GET", target);
  return { call, info, resource: pods, user: userOf("a", []), now: 0, warnings: new Warnings() };
}

async function textOf({ body }: Answer): Promise<string> {
  if (body.type === "bytes") return Buffer.from(body.bytes).toString();
  assert.ok(body.type === "stream");
  const pieces: Buffer[] = [];
  for await (const chunk of body.chunks) pieces.push(Buffer.from(chunk));
  return Buffer.concat(pieces).toString();
}

const encodings: readonly Encoding[] = [
  { media: "json", as: undefined },
  { media: "json", as: undefined, pretty: true },
  { media: "yaml", as: undefined },
  { media: "protobuf", as: undefined },
  { media: "json", as: "Table" },
  { media: "json", as: "Table", pretty: true },
  { media: "yaml", as: "Table" },
  { media: "json", as: "PartialObjectMetadataList" },
  { media: "protobuf", as: "PartialObjectMetadataList" },
];

for (const encoding of encodings) {
  const { media, as, pretty } = encoding;
  const name = [media, as, pretty === true ? "pretty" : undefined]
    .filter((one) => one !== undefined)
    .join(" ");
  test(`a long list leaves the loop to others: ${name}`, async () => {
    const clock = new SlowClock();
    const parts = { views, turns: new Turns(clock), pool: new ChunkPool() };
    await textOf(await listAnswer(parts, request("/api/v1/pods"), pageOf(ITEMS), encoding));
    const rounds = media === "protobuf" ? 2 : 1;
    assert.ok(clock.yields >= (rounds * ITEMS) / SLICE_MS - 1, `${clock.yields} turns for ${ITEMS} items`);
  });
}

for (const [media, print, parse] of [
  ["json", (value: unknown) => `${stringifyJson(value, 2)}\n`, parseStoredJson],
  ["yaml", stringifyYaml, (text: string) => parseYaml(text)[0]?.value],
] as const) {
  for (const as of [undefined, "Table", "PartialObjectMetadataList"] as const) {
    for (const count of [0, 1, 3]) {
      test(`${media} for people is one text, however it was put together: ${as ?? "list"} of ${count}`, async () => {
        const parts = { views, turns: new Turns(new SlowClock()), pool: new ChunkPool() };
        const encoding: Encoding = { media, as, ...(media === "json" ? { pretty: true } : {}) };
        const text = await textOf(await listAnswer(parts, request("/api/v1/pods"), pageOf(count), encoding));
        const plain = { media: "json", as } as const;
        const whole = await textOf(await listAnswer(parts, request("/api/v1/pods"), pageOf(count), plain));
        assert.equal(text, print(parse(text)));
        assert.deepEqual(parse(text), JSON.parse(whole));
      });
    }
  }
}
