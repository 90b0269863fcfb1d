/** `kubectl explain` for every resource from version 3 of OpenAPI, and from the protobuf of version 2: each field has its text. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { KubectlCluster, noKubectl } from "./kubectl.ts";

/** How many run at once. */
const LANES = 4;
/** Fields that upstream left without a text. */
const SILENT = /^(?:CertificateSigningRequest\.metadata|Ingress\.spec\.rules\.http)$/;

interface Kind {
  readonly name: string;
  readonly apiVersion: string;
  readonly kind: string;
}

describe("kubectl explain", { skip: noKubectl }, () => {
  let cluster: KubectlCluster;
  let kinds: readonly Kind[];
  before(async () => {
    cluster = await KubectlCluster.start("explain");
    const lines = (await cluster.kubectl("api-resources", "--no-headers")).trim().split("\n");
    kinds = lines.map((line) => {
      const [name = "", ...rest] = line.trim().split(/ +/);
      const [apiVersion = "", , kind = ""] = rest.slice(-3);
      return { name, apiVersion, kind };
    });
    assert.equal(kinds.length, new Set(kinds.map(({ name, apiVersion }) => `${name} ${apiVersion}`)).size);
    assert.ok(kinds.length >= 60, `${kinds.length} resources`);
  });
  after(async () => cluster?.[Symbol.asyncDispose]());

  test("shows every resource with a text for each of its fields", async () => {
    const silent = await ofEach(kinds, async (kind) => {
      const text = await explain(kind);
      assert.match(text, new RegExp(`^KIND: +${kind.kind}$`, "m"));
      assert.match(text, /^DESCRIPTION:\n {4}\S/m, kind.name);
      return withoutText(text, kind.kind);
    });
    assert.deepEqual(silent.flat(), []);
  });

  test("shows every spec and status with a text for each of its fields", async () => {
    const silent = await ofEach(kinds, async (kind) => {
      const names = [...(await explain(kind)).matchAll(/^ {2}(spec|status)\t<\w+>/gm)].map(
        ([, name = ""]) => name,
      );
      const texts = await Promise.all(names.map((name) => explain(kind, `.${name}`)));
      return texts.flatMap((text, i) => withoutText(text, `${kind.kind}.${names[i]}`));
    });
    assert.deepEqual(silent.flat(), []);
  });

  test("shows the whole tree of every resource", async () => {
    await ofEach(kinds, async (kind) => {
      const [tree, top] = await Promise.all([explain(kind, "", "--recursive"), explain(kind)]);
      assert.ok(fieldLines(tree).length >= fieldLines(top).length, kind.name);
    });
  });

  test("reads the same from the protobuf of OpenAPI 2, for the first kind of each group", async () => {
    const ofGroups = new Map(kinds.toReversed().map((kind) => [kind.apiVersion, kind]));
    assert.ok(ofGroups.size >= 20);
    const silent = await ofEach([...ofGroups.values()], async (kind) => {
      const [old, current] = await Promise.all([
        explain(kind, "", "--output=plaintext-openapiv2"),
        explain(kind),
      ]);
      const fields = (text: string): readonly string[] =>
        fieldLines(text).map((line) => line.trim().split("\t")[0] ?? "");
      assert.deepEqual(fields(old), fields(current), kind.name);
      return /<no description>|<empty>/.test(old) ? [kind.name] : [];
    });
    assert.deepEqual(silent.flat(), []);
  });

  const explained = new Map<string, Promise<string>>();
  function explain({ name, apiVersion }: Kind, path = "", ...options: readonly string[]): Promise<string> {
    const args = ["explain", `${name}${path}`, `--api-version=${apiVersion}`, ...options];
    const key = args.join(" ");
    const known = explained.get(key) ?? cluster.kubectl(...args);
    explained.set(key, known);
    return known;
  }

  async function ofEach<T>(some: readonly Kind[], act: (kind: Kind) => Promise<T>): Promise<readonly T[]> {
    const results: T[] = [];
    const rest = [...some];
    const lane = async (): Promise<void> => {
      for (let kind = rest.shift(); kind !== undefined; kind = rest.shift()) results.push(await act(kind));
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    return results;
  }
});

/** `  name\t<string> -required-`, or with three spaces in the old format. */
function fieldLines(text: string): readonly string[] {
  return text.split("\n").filter((line) => /^ {2,3}[\w$-]+\t/.test(line));
}

/** Paths of the fields whose next line is no text. */
function withoutText(text: string, path: string): readonly string[] {
  const lines = text.split("\n").filter((line) => !/^ +enum: /.test(line));
  return lines.flatMap((line, i) => {
    const name = /^ {2}([\w$-]+)\t/.exec(line)?.[1];
    if (name === undefined || /^ {4}(?!<no description>)\S/.test(lines[i + 1] ?? "")) return [];
    return SILENT.test(`${path}.${name}`) ? [] : [`${path}.${name}`];
  });
}
