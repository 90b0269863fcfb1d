/**
 * Our OpenAPI against what others generated from upstream v1.36's: the client's operations with their parameters, the
 * models' fields with what is required and enumerated, and their texts.
 */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { OpenApi, resources } from "#api";
import { collectApiTexts, modelSources } from "../../scripts/api-texts.ts";
import { root } from "../../scripts/steps.ts";

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

interface Parameters {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
}

interface Document {
  readonly definitions: Readonly<Record<string, Schema>>;
  readonly paths: Readonly<Record<string, Parameters & Readonly<Record<string, Parameters>>>>;
}

/** Served by upstream only where something is on that is off by default. */
const ABSENT = /^GET \/(?:logs\/|apis\/(?:internal\.apiserver|storagemigration)\.k8s\.io\/|apis\/\{group\})/;

let document: Document;
before(async () => {
  const openapi = new OpenApi(resources, { sha256: () => new Uint8Array() }, { version: "" });
  document = JSON.parse(Buffer.from((await openapi.v2()).json).toString()) as Document;
});

test("every operation of upstream is there with its query, and no other", () => {
  const ours = ourOperations();
  const theirs = clientOperations(new Set([...ours.keys()].map(versionOf)));
  assert.deepEqual(
    [...ours].filter(([operation]) => !operation.includes("/watch/")).sort(),
    [...theirs].sort(),
  );
});

test("every definition has upstream's fields, and requires and enumerates what upstream does", () => {
  const differences: string[] = [];
  const models = modelSources();
  for (const [name, schema] of Object.entries(document.definitions)) {
    const source = models.get(name);
    if (source === undefined) continue;
    const theirs = modelFields(source);
    const ours = Object.entries(schema.properties ?? {}).map(([field, of]) => fieldOf(schema, field, of));
    const isKind = source.includes(" extends TypeMeta");
    const skipped = (field: string): boolean => isKind && /^(?:apiVersion|kind) /.test(field);
    for (const field of ours)
      if (!theirs.has(field) && !skipped(field)) differences.push(`${name}: ${field}`);
    for (const field of theirs)
      if (!ours.includes(field) && !skipped(field)) differences.push(`${name}: not ${field}`);
  }
  assert.deepEqual(differences, []);
});

test("every definition and field has its text, but for those that upstream left without", async () => {
  const { texts, asked, missing } = await collectApiTexts();
  assert.ok(asked > 2900, `${asked} asked`);
  const silent =
    /\.(?:JSONSchemaProps|ExternalDocumentation|version\.Info|WatchEvent)\.|CertificateSigningRequest(?:List)?\.metadata$|IngressRule\.http$/;
  assert.deepEqual(
    missing.filter((one) => !silent.test(one)),
    [],
  );
  assert.match(
    texts["io.k8s.api.core.v1.Pod"]?.["spec"] ?? "",
    /^Specification of the desired behavior of the pod\./,
  );
  assert.match(texts["PodExecOptions"]?.["command"] ?? "", /^Command is the remote command to execute/);
});

function ourOperations(): ReadonlyMap<string, string> {
  const operations = new Map<string, string>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      if (method === "parameters") continue;
      const all = (operation as Parameters).parameters ?? [];
      const names = all.filter((one) => one.in === "query").map(({ name }) => name);
      operations.set(`${method.toUpperCase()} ${path}`, names.sort().join());
    }
  }
  return operations;
}

function clientOperations(versions: ReadonlySet<string>): ReadonlyMap<string, string> {
  const operations = new Map<string, string>();
  const folder = join(root, "node_modules/@kubernetes/client-node/dist/gen/apis");
  for (const file of globSync("*Api.js", { cwd: folder })) {
    const source = readFileSync(join(folder, file), "utf8");
    for (const method of source.split("\n    async ").slice(1)) {
      const path = /const localVarPath = '([^']*)'/.exec(method)?.[1] ?? "";
      const operation = `${/HttpMethod\.(\w+)/.exec(method)?.[1]} ${path}`;
      if (path === "" || ABSENT.test(operation) || !versions.has(versionOf(operation))) continue;
      const names = [...method.matchAll(/setQueryParam\("(\w+)"/g)].map(([, name = ""]) => name);
      operations.set(operation, names.sort().join());
    }
  }
  return operations;
}

/** `/apis/apps/v1/`; `""` for what is no version's. */
function versionOf(operation: string): string {
  return /^\w+ (\/api\/v1\/|\/apis\/[^/]+\/[^/]+\/)/.exec(operation)?.[1] ?? "";
}

/** `protocol? "TCP","UDP"`: a name, whether it may be absent, and its values. */
function fieldOf({ required = [] }: Schema, name: string, { enum: own, items }: Schema): string {
  const values = own ?? items?.enum ?? [];
  return `${name} ${required.includes(name) ? "!" : "?"} ${[...values].sort().join()}`;
}

function modelFields(source: string): ReadonlySet<string> {
  const body = /^export interface [^\n]*\n([^]*?)^\}/m.exec(source)?.[1] ?? "";
  const fields = [...body.matchAll(/^ {4}"([^"]+)"(\??): ([^\n]*)/gm)];
  return new Set(
    fields.map(([, name = "", optional, type = ""]) => {
      const values = [...type.matchAll(/"([^"]*)"/g)].map(([, value = ""]) => value);
      return `${name} ${optional === "?" ? "?" : "!"} ${values.sort().join()}`;
    }),
  );
}
