/** What every informer promises, of a server elsewhere or in its process. `transport.test.ts` calls it for each transport. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ConfigMap, configMaps, type KubeObject, pods } from "#api";
import type { Change, Client, Informer } from "./client.ts";
import type { InformerSet } from "./informer-set.ts";

/** A client that may do everything, and informers by the same transport. */
export interface InformerStage {
  readonly client: Client;
  readonly informers: InformerSet;
}

export interface InformerFixture {
  run(body: (stage: InformerStage) => Promise<void>): Promise<void>;
}

const NEVER = new AbortController().signal;
const namespace = "default";

function describe({ key, previous, current }: Change<KubeObject>): string {
  return `${current === undefined ? "-" : previous === undefined ? "+" : "~"}${key.name}`;
}

/** Starts the informers; `heard` is what they tell from then on. */
async function started<T extends KubeObject>(stage: InformerStage, informer: Informer<T>): Promise<string[]> {
  const heard: string[] = [];
  informer.onChange((change) => heard.push(describe(change)));
  await stage.informers.start(NEVER);
  heard.length = 0;
  return heard;
}

function make(stage: InformerStage, name: string, labels: Record<string, string> = {}): Promise<ConfigMap> {
  return stage.client.of(configMaps).create({ metadata: { name, namespace, labels } }, NEVER);
}

function remove(stage: InformerStage, name: string): Promise<void> {
  return stage.client.of(configMaps).delete({ namespace, name }, NEVER);
}

function namesOf(objects: readonly KubeObject[]): string {
  const names = objects.map(({ metadata }) => metadata.name ?? "");
  return names
    .filter((name) => name !== "kube-root-ca.crt")
    .sort()
    .join(" ");
}

export function informerContract(name: string, fixture: InformerFixture): void {
  const check = (promise: string, body: Parameters<InformerFixture["run"]>[0]) =>
    test(`${name}: ${promise}`, () => fixture.run(body));

  check("it has what is there, then tells of each change in order", async (stage) => {
    await make(stage, "a");
    const informer = stage.informers.of(configMaps, { namespace });
    const heard = await started(stage, informer);
    assert.equal(namesOf(informer.lister.list()), "a");
    const made = await make(stage, "b");
    await stage.client.of(configMaps).patch({ namespace, name: "b" }, "merge", { data: { x: "1" } }, NEVER);
    await remove(stage, "b");
    await remove(stage, "a");
    const again = await make(stage, "a");
    await informer.seen(again.metadata.resourceVersion ?? "", NEVER);
    assert.deepEqual(heard, ["+b", "~b", "-b", "-a", "+a"]);
    assert.equal(namesOf(informer.lister.list(namespace)), "a");
    assert.deepEqual(informer.lister.list("elsewhere"), []);
    assert.equal(informer.lister.get({ namespace, name: "a" })?.metadata.uid, again.metadata.uid);
    assert.ok(informer.revision >= Number(made.metadata.resourceVersion));
  });

  check("its lister shows one revision, its own, at each moment", async (stage) => {
    const informer = stage.informers.of(configMaps, { namespace });
    await started(stage, informer);
    const history: (readonly [revision: number, names: string])[] = [[0, ""]];
    const names = new Set<string>();
    const compare = (): void => {
      const [, expected] = history.findLast(([revision]) => revision <= informer.revision) ?? [0, ""];
      assert.equal(namesOf(informer.lister.list()), expected, `at ${informer.revision}`);
    };
    const note = (revision: string | undefined): void => {
      history.push([Number(revision), [...names].sort().join(" ")]);
      compare();
    };
    for (let at = 0; at < 30; at += 1) {
      const made = await make(stage, `m${at}`);
      names.add(`m${at}`);
      note(made.metadata.resourceVersion);
    }
    await informer.seen(String(history.at(-1)?.[0]), NEVER);
    compare();
  });

  check("a selection is entered and left", async (stage) => {
    const informer = stage.informers.of(pods, { fieldSelector: "spec.nodeName=n1" });
    const heard = await started(stage, informer);
    const containers = [{ name: "main", image: "app:1" }];
    for (const [each, nodeName] of [
      ["here", "n1"],
      ["there", "n2"],
      ["later", undefined],
    ] as const) {
      const spec = nodeName === undefined ? { containers } : { containers, nodeName };
      await stage.client.of(pods).create({ metadata: { name: each, namespace }, spec }, NEVER);
    }
    const target = { apiVersion: "v1", kind: "Node", name: "n1" };
    const binding = { apiVersion: "v1", kind: "Binding", metadata: { name: "later" }, target };
    await stage.client.of(pods).post({ namespace, name: "later" }, "binding", binding, NEVER);
    await informer.until({ namespace, name: "later" }, (pod) => pod !== undefined, NEVER);
    assert.deepEqual(heard, ["+here", "+later"]);
    assert.equal(namesOf(informer.lister.list()), "here later");
    assert.equal(informer.lister.get({ namespace, name: "there" }), undefined);
    await stage.client.of(pods).delete({ namespace, name: "here" }, NEVER, { gracePeriodSeconds: 0 });
    await informer.until({ namespace, name: "here" }, (pod) => pod === undefined, NEVER);
    assert.equal(namesOf(informer.lister.list(namespace)), "later");
  });

  check("indices list exactly the objects that have the value now", async (stage) => {
    const informer = stage.informers.of(configMaps, { namespace });
    informer.index("team", ({ metadata }) => (metadata.labels?.["team"] ? [metadata.labels["team"]] : []));
    await make(stage, "early", { team: "red" });
    await started(stage, informer);
    await make(stage, "late", { team: "red" });
    const patch = { metadata: { labels: { team: "blue" } } };
    const blue = await stage.client.of(configMaps).patch({ namespace, name: "early" }, "merge", patch, NEVER);
    await informer.seen(blue.metadata.resourceVersion ?? "", NEVER);
    assert.equal(namesOf(informer.lister.by("team", "red")), "late");
    assert.equal(namesOf(informer.lister.by("team", "blue")), "early");
    assert.deepEqual(Object.fromEntries(informer.lister.counts("team")), { red: 1, blue: 1 });
    await remove(stage, "late");
    await informer.until({ namespace, name: "late" }, (map) => map === undefined, NEVER);
    assert.deepEqual(informer.lister.by("team", "red"), []);
    assert.deepEqual(Object.fromEntries(informer.lister.counts("team")), { blue: 1 });
  });

  check("dependents are found by their controller's uid", async (stage) => {
    const informer = stage.informers.of(configMaps, { namespace });
    const owner = await make(stage, "owner");
    await started(stage, informer);
    const { name: ownerName = "", uid = "" } = owner.metadata;
    const reference = { apiVersion: "v1", kind: "ConfigMap", name: ownerName, uid, controller: true };
    const metadata = { name: "owned", namespace, ownerReferences: [reference] };
    const owned = await stage.client.of(configMaps).create({ metadata }, NEVER);
    await informer.seen(owned.metadata.resourceVersion ?? "", NEVER);
    assert.equal(namesOf(informer.lister.by("owner", uid)), "owned");
  });

  check("a handler that comes late hears of what is there", async (stage) => {
    const informer = stage.informers.of(configMaps, { namespace });
    await make(stage, "a");
    await started(stage, informer);
    const late: string[] = [];
    const unsubscribe = informer.onChange((change) => late.push(describe(change)));
    assert.ok(late.includes("+a"));
    unsubscribe();
    const made = await make(stage, "b");
    await informer.seen(made.metadata.resourceVersion ?? "", NEVER);
    assert.equal(late.includes("+b"), false);
  });

  check("an informer of metadata has nothing else", async (stage) => {
    const { group, version, plural, kind, namespaced } = configMaps;
    const informer = stage.informers.metadata({ group, version, plural, kind, namespaced });
    await started(stage, informer);
    const data = { secret: "x" };
    const made = await stage.client
      .of(configMaps)
      .create({ metadata: { name: "a", namespace }, data }, NEVER);
    await informer.seen(made.metadata.resourceVersion ?? "", NEVER);
    const found = informer.lister.get({ namespace, name: "a" });
    assert.equal(found?.metadata.uid, made.metadata.uid);
    assert.equal(Object.hasOwn(found ?? {}, "data"), false);
  });

  check(
    "it catches up with what was written elsewhere, and current() is what the server has",
    async (stage) => {
      const informer = stage.informers.of(configMaps, { namespace });
      await started(stage, informer);
      const containers = [{ name: "main", image: "app:1" }];
      const pod = await stage.client
        .of(pods)
        .create({ metadata: { name: "p", namespace }, spec: { containers } }, NEVER);
      await informer.catchUp(pod.metadata.resourceVersion ?? "", NEVER);
      assert.ok(informer.revision >= Number(pod.metadata.resourceVersion));
      await make(stage, "a");
      await informer.current(NEVER);
      assert.equal(namesOf(informer.lister.list()), "a");
      await stage.informers.coherent(NEVER);
    },
  );
}
