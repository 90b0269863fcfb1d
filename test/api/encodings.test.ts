/** Media types, transformations, compression, strictness and sizes of bodies and answers, over real sockets. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { load } from "js-yaml";
import { core, decodeProtobuf, encodeProtobuf, meta, stringifyYaml } from "#api";
import { decodeEnvelope } from "../../src/api/codec/mod.ts";
import { type ServedFront, type WireReply, serveFront } from "../testing/served-front.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";
const PROTOBUF = "application/vnd.kubernetes.protobuf";
const YAML = "application/yaml";
const JSON_TYPE = "application/json";
const TABLE = "as=Table;g=meta.k8s.io;v=v1";
const PARTIAL = "as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const PARTIALS = "as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

let front: ServedFront;
before(async () => {
  front = await serveFront();
  await post({ metadata: { name: "one" }, data: { k: "v" } });
});
after(() => front[Symbol.asyncDispose]());

function post(body: object, query = "", headers: Readonly<Record<string, string>> = {}): Promise<WireReply> {
  return front.http2.send(
    "POST",
    `${MAPS}${query}`,
    { "content-type": JSON_TYPE, ...headers },
    JSON.stringify(body),
  );
}

interface Head {
  readonly kind: string;
  readonly reason?: string;
}

/** What an answer in JSON or YAML says that it is. */
function headOf({ headers, bytes }: WireReply): Head {
  const isYaml = headers["content-type"] === YAML;
  return (isYaml ? load(bytes.toString()) : JSON.parse(bytes.toString())) as Head;
}

/** The kind of an answer, whatever it is written in. */
function kindOf(answer: WireReply): string {
  const { headers, bytes } = answer;
  if (headers["content-type"]?.startsWith(PROTOBUF) === true) {
    assert.equal(bytes.subarray(0, 4).toString("latin1"), "k8s\0");
    return (decodeProtobuf(meta.PartialObjectMetadata, bytes) as { kind: string }).kind;
  }
  return headOf(answer).kind;
}

test("the Accept header chooses by quality, then by name, among what can be made", async () => {
  const one = `${MAPS}/one`;
  const rows: readonly (readonly [path: string, accept: string, type: string, kind: string])[] = [
    [one, "*/*", JSON_TYPE, "ConfigMap"],
    [one, "application/*", JSON_TYPE, "ConfigMap"],
    [one, YAML, YAML, "ConfigMap"],
    [one, `${YAML};q=0.5, ${JSON_TYPE};q=0.4`, YAML, "ConfigMap"],
    [one, `${YAML};q=0.4, ${JSON_TYPE};q=0.5`, JSON_TYPE, "ConfigMap"],
    [one, `*/*, ${YAML}`, YAML, "ConfigMap"],
    [one, `text/html, ${YAML};q=0.1`, YAML, "ConfigMap"],
    [one, `text/html, */*;q=0.1`, JSON_TYPE, "ConfigMap"],
    [one, `${JSON_TYPE};${TABLE}`, JSON_TYPE, "Table"],
    [one, `${YAML};${TABLE}`, YAML, "Table"],
    [one, `${PROTOBUF};${TABLE}, ${JSON_TYPE}`, JSON_TYPE, "ConfigMap"],
    [one, `${JSON_TYPE};as=Table;g=other;v=v1, ${JSON_TYPE}`, JSON_TYPE, "ConfigMap"],
    [one, `${JSON_TYPE};as=Nonsense;g=meta.k8s.io;v=v1, ${YAML}`, YAML, "ConfigMap"],
    [one, `${JSON_TYPE};${PARTIAL}`, JSON_TYPE, "PartialObjectMetadata"],
    [one, `${YAML};${PARTIAL}`, YAML, "PartialObjectMetadata"],
    [MAPS, `${JSON_TYPE};${TABLE}`, JSON_TYPE, "Table"],
    [MAPS, `${JSON_TYPE};${PARTIALS}`, JSON_TYPE, "PartialObjectMetadataList"],
    [MAPS, YAML, YAML, "ConfigMapList"],
    ["/api/v1/namespaces/default/configmaps/none", YAML, YAML, "Status"],
  ];
  for (const client of [front.http1, front.http2])
    for (const [path, accept, type, kind] of rows) {
      const answer = await client.send("GET", path, { accept });
      assert.deepEqual(
        [answer.headers["content-type"], kindOf(answer)],
        [type, kind],
        `${accept} of ${path}`,
      );
    }
});

test("what cannot be made is 406", async () => {
  const rows: readonly (readonly [path: string, accept: string])[] = [
    [MAPS, "text/html"],
    [MAPS, `${JSON_TYPE};as=Table;g=meta.k8s.io;v=v7`],
    [`${MAPS}/one`, `${PROTOBUF};${TABLE}`],
    [MAPS, `${JSON_TYPE};${PARTIAL}`],
    [`${MAPS}/one`, `${JSON_TYPE};${PARTIALS}`],
    [`${MAPS}?watch=1`, YAML],
  ];
  for (const [path, accept] of rows) {
    const answer = await front.http2.send("GET", path, { accept });
    assert.deepEqual([answer.status, headOf(answer).reason], [406, "NotAcceptable"], `${accept} of ${path}`);
  }
});

test("protobuf answers hold what JSON answers hold: objects, lists, metadata and refusals", async () => {
  const whole = await front.http2.send("GET", `${MAPS}/one`, { accept: PROTOBUF });
  const json = await front.http2.send("GET", `${MAPS}/one`);
  assert.deepEqual(JSON.parse(JSON.stringify(decodeProtobuf(core.ConfigMap, whole.bytes))), json.json());
  const list = await front.http2.send("GET", MAPS, { accept: PROTOBUF });
  const items = decodeProtobuf(core.ConfigMapList, list.bytes).items.map(({ metadata }) => metadata.name);
  assert.deepEqual(items, ["kube-root-ca.crt", "one"]);
  const partial = await front.http2.send("GET", `${MAPS}/one`, { accept: `${PROTOBUF};${PARTIAL}` });
  assert.equal(decodeProtobuf(meta.PartialObjectMetadata, partial.bytes).metadata.name, "one");
  const partials = await front.http2.send("GET", MAPS, { accept: `${PROTOBUF};${PARTIALS}` });
  assert.equal(decodeProtobuf(meta.PartialObjectMetadataList, partials.bytes).items.length, 2);
  const refusal = await front.http2.send("GET", `${MAPS}/none`, { accept: PROTOBUF });
  assert.equal(decodeProtobuf(meta.Status, refusal.bytes).reason, "NotFound");
});

test("tables and metadata of v1beta1 are those of v1 by another name, and in protobuf lists by other numbers", async () => {
  const beta = "meta.k8s.io/v1beta1";
  for (const [path, as] of [
    [`${MAPS}/one`, TABLE],
    [MAPS, TABLE],
    [`${MAPS}/one`, PARTIAL],
    [MAPS, PARTIALS],
  ] as const) {
    const answer = await front.http2.send("GET", path, { accept: `${JSON_TYPE};${as}beta1` });
    const text = answer.bytes.toString();
    const { apiVersion, items = [], rows = [] } = JSON.parse(text) as Shown;
    assert.equal(apiVersion, beta, as);
    for (const one of [...items, ...rows.map(({ object }) => object)]) assert.equal(one.apiVersion, beta, as);
    assert.ok(!text.includes('"meta.k8s.io/v1"'), as);
  }
  const fieldsOf = async (accept: string): Promise<readonly (readonly [number, string])[]> => {
    const { bytes } = await front.http2.send("GET", MAPS, { accept: `${PROTOBUF};${accept}` });
    return fields(decodeEnvelope(bytes).raw);
  };
  const [first, ...rest] = await fieldsOf(PARTIALS);
  const swapped = [[2, first?.[1]], ...rest.map(([, content]) => [1, content])];
  assert.ok(rest.length > 0);
  assert.deepEqual(await fieldsOf(`${PARTIALS}beta1`), swapped);
});

interface Shown {
  readonly apiVersion: string;
  readonly items?: readonly { readonly apiVersion: string }[];
  readonly rows?: readonly { readonly object: { readonly apiVersion: string } }[];
}

/** The fields of a message, all of which have a length, by number and content. */
function fields(message: Uint8Array): readonly (readonly [number, string])[] {
  const found: (readonly [number, string])[] = [];
  for (let at = 0; at < message.length; ) {
    const tag = message[at++] ?? 0;
    let length = 0;
    for (let shift = 0, byte = 0x80; byte >= 0x80; shift += 7) {
      byte = message[at++] ?? 0;
      length |= (byte & 0x7f) << shift;
    }
    found.push([tag >> 3, Buffer.from(message.subarray(at, at + length)).toString("hex")]);
    at += length;
  }
  return found;
}

test("bodies are read in JSON, YAML and protobuf; other types are 415", async () => {
  const map = { apiVersion: "v1", kind: "ConfigMap", data: { k: "v" } };
  const protobuf = encodeProtobuf(core.ConfigMap, {
    ...map,
    metadata: { name: "of-protobuf" },
  } as core.ConfigMap);
  const rows: readonly (readonly [type: string, body: string | Uint8Array, status: number])[] = [
    [JSON_TYPE, JSON.stringify({ ...map, metadata: { name: "of-json" } }), 201],
    [`${JSON_TYPE}; charset=utf-8`, JSON.stringify({ ...map, metadata: { name: "of-charset" } }), 201],
    [YAML, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: of-yaml}\ndata: {k: v}\n", 201],
    [PROTOBUF, protobuf, 201],
    ["text/plain", "{}", 415],
    ["application/cbor", "{}", 415],
    ["application/merge-patch+json", "{}", 415],
    [PROTOBUF, "{}", 400],
    [JSON_TYPE, "{", 400],
    [JSON_TYPE, "", 400],
    [JSON_TYPE, "[]", 400],
    [JSON_TYPE, "null", 400],
    [YAML, "a: [", 400],
    [YAML, "--- {}\n--- {}\n", 400],
  ];
  for (const [type, body, status] of rows) {
    const answer = await front.http2.send("POST", MAPS, { "content-type": type }, body);
    assert.equal(answer.status, status, `${type} ${String(body).slice(0, 40)}: ${answer.bytes}`);
    if (status === 201) assert.deepEqual(answer.json().data, { k: "v" });
    if (status === 415) assert.equal(answer.json().reason, "UnsupportedMediaType");
  }
  const patch = await front.http2.send("PATCH", `${MAPS}/one`, { "content-type": JSON_TYPE }, "{}");
  assert.equal(patch.status, 415);
});

test("unknown and doubled fields: Strict refuses, Warn warns, Ignore says nothing", async () => {
  const rows: readonly (readonly [name: string, text: string, problem: RegExp])[] = [
    ["unknown", '{"metadata":{"name":"NAME"},"bogus":1}', /unknown field "bogus"/],
    ["nested", '{"metadata":{"name":"NAME","nonsense":1}}', /unknown field "metadata.nonsense"/],
    ["doubled", '{"metadata":{"name":"NAME"},"data":{"a":"1"},"data":{"a":"2"}}', /duplicate field "data"/],
    ["cased", '{"metadata":{"name":"NAME"},"Data":{"a":"1"}}', /unknown field "Data"/],
  ];
  for (const [name, text, problem] of rows) {
    const send = (mode: string): Promise<WireReply> =>
      front.http1.send(
        "POST",
        `${MAPS}?dryRun=All&fieldValidation=${mode}`,
        { "content-type": JSON_TYPE },
        text.replace("NAME", name),
      );
    const strict = await send("Strict");
    assert.deepEqual([strict.status, strict.json().reason], [400, "BadRequest"], name);
    assert.match(strict.json().message, problem);
    const warned = await send("Warn");
    assert.equal(warned.status, 201, name);
    assert.match((warned.headers["warning"] ?? "").replaceAll('\\"', '"'), problem);
    assert.match(warned.headers["warning"] ?? "", /^299 - "/);
    const ignored = await send("Ignore");
    assert.deepEqual([ignored.status, ignored.headers["warning"]], [201, undefined], name);
    assert.equal((await send("Sometimes")).status, 422);
  }
});

test("long answers are compressed for who asks, and only those; a watch never is", async () => {
  const big = { k: "0123456789".repeat(60_000) };
  for (const name of ["big-1", "big-2"]) await post({ metadata: { name }, data: big });
  for (const client of [front.http1, front.http2]) {
    const plain = await client.send("GET", `${MAPS}/big-1`);
    assert.equal(plain.headers["content-encoding"], undefined);
    for (const path of [`${MAPS}/big-1`, MAPS, "/openapi/v2"]) {
      const answer = await client.send("GET", path, { "accept-encoding": "deflate, gzip" });
      assert.equal(answer.headers["content-encoding"], "gzip", path);
      assert.match(answer.headers["vary"] ?? "", /Accept-Encoding/);
      const whole = await client.send("GET", path);
      assert.deepEqual(gunzipSync(answer.bytes), whole.bytes, path);
      assert.ok(answer.bytes.length < whole.bytes.length / 3);
    }
    const short = await client.send("GET", `${MAPS}/one`, { "accept-encoding": "gzip" });
    assert.equal(short.headers["content-encoding"], undefined);
    const watch = await client.open("GET", `${MAPS}?watch=1`, { "accept-encoding": "gzip" });
    assert.equal(watch.headers["content-encoding"], undefined);
    watch.close();
  }
});

test("people get indented answers: by `pretty`, or by the program they use", async () => {
  const rows: readonly (readonly [query: string, agent: string, pretty: boolean])[] = [
    ["", "kubectl/v1.36.0", false],
    ["", "curl/8.5.0", true],
    ["", "Mozilla/5.0 (X11)", true],
    ["?pretty=true", "kubectl/v1.36.0", true],
    ["?pretty=1", "x", true],
    ["?pretty=false", "curl/8.5.0", false],
  ];
  for (const path of [`${MAPS}/one`, MAPS, `${MAPS}/none`, "/api", "/version"])
    for (const [query, agent, pretty] of rows) {
      const answer = await front.http2.send("GET", `${path}${query}`, { "user-agent": agent });
      assert.equal(answer.bytes.toString().startsWith('{\n  "'), pretty, `${path}${query} for ${agent}`);
      const other = await front.http2.send("GET", path, { "user-agent": "x" });
      assert.deepEqual(answer.json(), other.json(), path);
    }
});

/** Of a list's items, or a table's rows. */
function namesOf(list: unknown): readonly string[] {
  const { items, rows } = list as { items?: readonly Named[]; rows?: readonly { object: Named }[] };
  return (items ?? rows?.map(({ object }) => object) ?? []).map(({ metadata }) => metadata.name);
}

interface Named {
  readonly metadata: { readonly name: string };
}

test("a list in YAML or indented is made in pieces, to the text that the whole would have", async () => {
  await post({ metadata: { name: "two" }, data: { k: 'a\n "[]" \n', none: "" } });
  for (const path of [MAPS, `${MAPS}?labelSelector=no%3Dbody`, "/api/v1/namespaces/default/secrets"])
    for (const form of ["", `;${TABLE}`, `;${PARTIALS}`]) {
      const get = (accept: string, agent = "x"): Promise<WireReply> =>
        front.http2.send("GET", path, { accept: `${accept}${form}`, "user-agent": agent });
      const [plain, yaml, indented] = [await get(JSON_TYPE), await get(YAML), await get(JSON_TYPE, "curl/8")];
      // Revisions and ages go on between two answers, so each text is held against what it says itself.
      const said = load(yaml.bytes.toString());
      assert.equal(yaml.bytes.toString(), stringifyYaml(said), `${path} ${form}`);
      assert.equal(indented.bytes.toString(), `${JSON.stringify(indented.json(), undefined, 2)}\n`);
      assert.deepEqual(namesOf(said), namesOf(plain.json()));
      assert.deepEqual(namesOf(indented.json()), namesOf(plain.json()));
    }
});

test("a body over 3 MB is refused with 413 on both versions, announced or not", async () => {
  const body = JSON.stringify({ metadata: { name: "huge" }, data: { k: "x".repeat(3 * 1024 * 1024) } });
  for (const client of [front.http1, front.http2])
    for (const headers of [{}, { "content-length": String(body.length) }]) {
      const answer = await client.send("POST", MAPS, { "content-type": JSON_TYPE, ...headers }, body);
      assert.deepEqual([answer.status, answer.json().reason], [413, "RequestEntityTooLarge"]);
    }
  assert.equal((await front.http1.send("GET", `${MAPS}/huge`)).status, 404);
});
