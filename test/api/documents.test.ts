/** Discovery and OpenAPI over real sockets: forms, ETags, hashes, and what caches may keep. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { apidiscovery, decodeProtobuf, meta } from "#api";
import { serveFront, type ServedFront, type WireReply } from "../testing/served-front.ts";

const JSON_TYPE = "application/json";
const PROTOBUF = "application/vnd.kubernetes.protobuf";
const AGGREGATED = "g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const TEXT = "io.k8s.api.core.v1.Pod has a text";

let front: ServedFront;
let texts = 0;
before(async () => {
  front = await serveFront(
    {},
    {
      describe: () => {
        texts += 1;
        return (definition, field) => (field === undefined ? `${definition} has a text` : undefined);
      },
    },
  );
});
after(() => front[Symbol.asyncDispose]());

function get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<WireReply> {
  return front.http2.send("GET", path, headers);
}

interface Index {
  readonly paths: Readonly<Record<string, { readonly serverRelativeURL: string }>>;
}

test("the index of OpenAPI 3 names every group and version by a hash under which it never changes", async () => {
  assert.equal(texts, 0, "texts are read for the first document only");
  const { paths } = (await get("/openapi/v3")).json() as Index;
  assert.equal(texts, 1);
  for (const path of ["api", "api/v1", "apis", "apis/apps", "apis/apps/v1", "apis/autoscaling/v2", "version"])
    assert.ok(Object.hasOwn(paths, path), path);
  for (const [path, { serverRelativeURL: url }] of Object.entries(paths)) {
    const answer = await get(url);
    assert.equal(answer.status, 200, url);
    assert.equal(answer.headers["cache-control"], "public, immutable");
    assert.ok(Date.parse(answer.headers["expires"] ?? "") > Date.now());
    assert.equal(`/openapi/v3/${path}?hash=${answer.headers["etag"]?.slice(1, -1)}`, url);
    const plain = await get(`/openapi/v3/${path}`);
    assert.deepEqual([plain.headers["cache-control"], plain.bytes], ["no-cache, private", answer.bytes]);
  }
  const moved = await get("/openapi/v3/apis/apps/v1?hash=OLD");
  assert.deepEqual(
    [moved.status, moved.headers["location"]],
    [301, paths["apis/apps/v1"]?.serverRelativeURL],
  );
  assert.equal((await get("/openapi/v3/apis/none/v1")).status, 404);
  assert.equal((await get("/openapi/v3/apis/apps/v1")).json().info.title, "Kubernetes");
});

test("a document that a client has is not sent again", async () => {
  const aggregated = { accept: `${JSON_TYPE};${AGGREGATED}` };
  const rows: readonly (readonly [path: string, headers: Readonly<Record<string, string>>])[] = [
    ["/openapi/v3", {}],
    ["/openapi/v3/api/v1", {}],
    ["/openapi/v2", {}],
    ["/api", aggregated],
    ["/apis", aggregated],
  ];
  for (const [path, headers] of rows) {
    const { etag = "" } = (await get(path, headers)).headers;
    assert.match(etag, /^"[0-9A-F]{64}"$/, path);
    for (const tags of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
      const again = await get(path, { ...headers, "if-none-match": tags });
      assert.deepEqual([again.status, again.bytes.length, again.headers["etag"]], [304, 0, etag], tags);
    }
    assert.equal((await get(path, { ...headers, "if-none-match": '"x"' })).status, 200, path);
  }
});

test("OpenAPI comes as JSON or as gnostic's protobuf, whose old name is answered by the new", async () => {
  for (const [path, version] of [
    ["/openapi/v2", "v2"],
    ["/openapi/v3/api/v1", "v3"],
  ] as const) {
    const name = (mark: string): string =>
      `application/com.github.proto-openapi.spec.${version}${mark}v1.0+protobuf`;
    const json = await get(path);
    assert.deepEqual([json.headers["content-type"], json.headers["vary"]], [JSON_TYPE, "Accept"]);
    for (const accept of [name("@"), name("."), `${name("@")},${JSON_TYPE}`]) {
      const answer = await get(path, { accept });
      assert.deepEqual(
        [answer.headers["content-type"], answer.headers["etag"]],
        [name("."), json.headers["etag"]],
      );
      assert.equal(answer.bytes[0], 0x0a, "field 1, the version of OpenAPI");
      assert.ok(answer.bytes.includes(TEXT));
    }
    const refused = await get(path, { accept: "application/yaml" });
    assert.equal(refused.status, 406);
    const packed = await get(path, { accept: name("."), "accept-encoding": "gzip" });
    assert.ok(gunzipSync(packed.bytes).includes(TEXT));
    const head = await front.http1.send("HEAD", path);
    assert.deepEqual([head.status, head.bytes.length, head.headers["etag"]], [200, 0, json.headers["etag"]]);
  }
});

test("classic discovery is made in every encoding, and the aggregated form for who names it first", async () => {
  const groups = decodeProtobuf(meta.APIGroupList, (await get("/apis", { accept: PROTOBUF })).bytes);
  assert.deepEqual(
    groups.groups.map(({ name }) => name),
    ((await get("/apis")).json() as meta.APIGroupList).groups.map(({ name }) => name),
  );
  const core = decodeProtobuf(meta.APIResourceList, (await get("/api/v1", { accept: PROTOBUF })).bytes);
  assert.ok(core.resources.some(({ name }) => name === "pods/log"));
  const yaml = await get("/apis/apps", { accept: "application/yaml" });
  assert.match(yaml.bytes.toString(), /^kind: APIGroup$/m);
  assert.equal((await get("/apis", { accept: "text/plain" })).status, 406);

  const old = `${JSON_TYPE};g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList`;
  const current = `${JSON_TYPE};${AGGREGATED}`;
  const rows: readonly (readonly [accept: string, kind: string, type: string])[] = [
    [`${current},${old},${JSON_TYPE}`, "APIGroupDiscoveryList", current],
    [`${old},${JSON_TYPE}`, "APIGroupList", JSON_TYPE],
    [`${JSON_TYPE},${current}`, "APIGroupList", JSON_TYPE],
    ["*/*", "APIGroupList", JSON_TYPE],
  ];
  for (const [accept, kind, type] of rows) {
    const answer = await get("/apis", { accept });
    assert.deepEqual([answer.json().kind, answer.headers["content-type"]], [kind, type], accept);
  }
  const bytes = await get("/apis", { accept: `${PROTOBUF};${AGGREGATED}` });
  assert.equal(bytes.headers["content-type"], `${PROTOBUF};${AGGREGATED}`);
  const { items } = decodeProtobuf(apidiscovery.APIGroupDiscoveryList, bytes.bytes);
  assert.equal(items.length, groups.groups.length);
});
