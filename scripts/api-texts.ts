/**
 * Collects what `kubectl explain` shows: the texts of every definition, field and parameter that OpenAPI names, from the
 * comments of development dependencies that carry those of v1.36: `kubernetes-models`, and for parameters the client (whose
 * own models leave out the texts of fields that refer to another type). Writes `.cache/api-texts.json.gz`, which is never
 * checked in; the published package has one beside its code. Prints how many have a text.
 */
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { OpenApi, resources } from "#api";
import { API_TEXTS, type ApiTexts } from "../src/cluster/api-texts.ts";
import { root } from "./steps.ts";

/** The packages whose words these are. */
export const TEXT_SOURCES = ["node_modules/kubernetes-models", "node_modules/@kubernetes/client-node"];
const MODELS = ["node_modules/kubernetes-models", "node_modules/@kubernetes-models/apimachinery"];
const CLIENT = "node_modules/@kubernetes/client-node/dist/gen/apis";
/** Of every object; the models declare them without a text. */
const TYPE_META = ["apiVersion", "kind"];
/** Texts of ours, where the models have none. */
const OWN: Readonly<Record<string, string>> = {
  "io.k8s.apimachinery.pkg.api.resource.Quantity":
    "Quantity is a number with a suffix: 500m is half of one, 1k a thousand, 1Ki 1024. It keeps nine decimal places, and is written in the suffix in which it has no fraction.",
};

type Texts = Map<string, Map<string, string>>;

/** What was found, and what has no text: `io.k8s.api.core.v1.Pod`, or `io.k8s.api.core.v1.Pod.spec`. */
export interface Collected {
  readonly texts: ApiTexts;
  readonly asked: number;
  readonly missing: readonly string[];
}

interface Definition {
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** The texts of all definitions of the built-in API, and those of parameters. */
export async function collectApiTexts(): Promise<Collected> {
  const models = modelSources();
  const common = readModel(models.get("io.k8s.apimachinery.pkg.apis.meta.v1.Status"));
  const texts: Texts = readParameters();
  const missing: string[] = [];
  let asked = 0;
  for (const [name, { properties = {} }] of await definitions()) {
    const model = readModel(models.get(name));
    const own = new Map<string, string>();
    for (const field of ["", ...Object.keys(properties)]) {
      asked += 1;
      const shared = field === "" ? OWN[name] : TYPE_META.includes(field) ? common.get(field) : undefined;
      const text = model.get(field) ?? shared;
      if (text === undefined) missing.push(field === "" ? name : `${name}.${field}`);
      else own.set(field, text);
    }
    texts.set(name, own);
  }
  const plain = [...texts].map(([name, own]) => [name, Object.fromEntries(own)] as const);
  return { texts: Object.fromEntries(plain), asked, missing };
}

async function definitions(): Promise<readonly (readonly [string, Definition])[]> {
  const openapi = new OpenApi(resources, { sha256: () => new Uint8Array() }, { version: "" });
  const { json } = await openapi.v2();
  const document = JSON.parse(Buffer.from(json).toString()) as { definitions: Record<string, Definition> };
  return Object.entries(document.definitions);
}

/** `IoK8sApiCoreV1Pod` of `io.k8s.api.core.v1.Pod`. */
function modelName(definition: string): string {
  return definition.replaceAll(/(?:^|[.-])(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** The declaration of each model, by the name of its definition. */
export function modelSources(): { get(definition: string): string | undefined } {
  const models = new Map<string, string>();
  for (const source of sources(MODELS, "**/*.d.ts")) {
    const name = /^export type \{.* as (\w+) \};$/m.exec(source)?.[1];
    if (name !== undefined) models.set(name, source);
  }
  return { get: (definition) => models.get(modelName(definition)) };
}

function* sources(folders: readonly string[], pattern: string): Iterable<string> {
  for (const folder of folders)
    for (const file of globSync(pattern, { cwd: join(root, folder) }))
      yield readFileSync(join(root, folder, file), "utf8");
}

/** Texts by field, that of the model itself by `""`. */
function readModel(source: string | undefined): Map<string, string> {
  const texts = new Map<string, string>();
  if (source === undefined) return texts;
  const own = /^(\/\*\*\n(?: \*.*\n)+)export /m.exec(source)?.[1];
  const body = /^export interface [^\n]*\n([^]*?)^\}/m.exec(source)?.[1] ?? "";
  if (own !== undefined) texts.set("", commentText(own));
  for (const [, comment = "", field = ""] of body.matchAll(/^( {4}\/\*\*\n(?: {5}\*.*\n)+) {4}"([^"]+)"/gm))
    texts.set(field, commentText(comment));
  return texts;
}

/** A comment without its frame and what escapes it. */
function commentText(comment: string): string {
  const lines = comment.split("\n").slice(1, -2);
  return lines.map((line) => line.replace(/^ *\* ?/, "").replaceAll(/\\([*/])/g, "$1")).join("\n");
}

/** Of the parameters of connections and logs by the type of their options, and of all others together. */
function readParameters(): Texts {
  const texts: Texts = new Map();
  for (const source of sources([CLIENT], "*Api.js")) {
    for (const [, comment = "", method = ""] of source.matchAll(
      /(\/\*\*(?:(?!\*\/)[^])*\*\/)\s+async (\w+)\(/g,
    )) {
      const owner = optionsOf(method);
      const own = texts.get(owner) ?? new Map<string, string>();
      texts.set(owner, own);
      for (const [, name = "", text = ""] of comment.matchAll(/\* @param (?:_)?(\w+) (.+)$/gm))
        if (!own.has(name)) own.set(name, text.replaceAll(/\\(['"])/g, "$1"));
    }
  }
  return texts;
}

/** `PodExecOptions` of `connectGetNamespacedPodExec`. */
function optionsOf(method: string): string {
  if (method.endsWith("PodLog")) return "PodLogOptions";
  const [, parent, what] = /^connect.*?(Pod|Service|Node)(Attach|Exec|Portforward|Proxy)/.exec(method) ?? [];
  return what === undefined ? "parameters" : `${parent}${what.replace("forward", "Forward")}Options`;
}

/** Writes the file. */
export async function writeApiTexts(folder: string): Promise<Collected> {
  const collected = await collectApiTexts();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, API_TEXTS), gzipSync(JSON.stringify(collected.texts), { level: 9 }));
  return collected;
}

if (import.meta.main) {
  const { asked, missing } = await writeApiTexts(join(root, ".cache"));
  console.log(`${asked - missing.length} of ${asked} definitions and fields of the API have a text`);
  if (process.argv.includes("--missing")) console.log(missing.join("\n"));
}
