/** An informer of the official JavaScript client through a relay that breaks: it resumes, and starts over after 410. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  CoreV1Api,
  type Informer,
  KubeConfig,
  makeInformer,
  type ObjectCache,
  type V1ConfigMap,
} from "@kubernetes/client-node";
import { serveFront, type ServedFront } from "../testing/served-front.ts";
import { Relay } from "./relay.ts";

const NAMESPACE = "default";
const PATH = `/api/v1/namespaces/${NAMESPACE}/configmaps`;

describe("an informer of @kubernetes/client-node", () => {
  let front: ServedFront;
  let relay: Relay;
  let core: CoreV1Api;
  let informer: Informer<V1ConfigMap> & ObjectCache<V1ConfigMap>;
  const events: string[] = [];
  let lists = 0;
  let wake = (): void => {};

  before(async () => {
    front = await serveFront();
    relay = await Relay.to(front.port);
    core = configOf(front, front.port).makeApiClient(CoreV1Api);
    const broken = configOf(front, relay.port);
    const through = broken.makeApiClient(CoreV1Api);
    informer = makeInformer(
      broken,
      PATH,
      () => {
        lists += 1;
        return through.listNamespacedConfigMap({ namespace: NAMESPACE, labelSelector: "seen=yes" });
      },
      "seen=yes",
    );
    for (const verb of ["add", "update", "delete"] as const)
      informer.on(verb, ({ metadata, data }) => note(`${verb} ${metadata?.name} ${data?.["n"]}`));
    informer.on("error", () => note("error"));
    await create("first", "1");
    await informer.start();
    await seen("add first 1");
  });
  after(async () => {
    await informer?.stop();
    await relay?.[Symbol.asyncDispose]();
    await front?.[Symbol.asyncDispose]();
  });

  test("tells of what comes, changes and goes, by its selector", async () => {
    await create("second", "1");
    await seen("add second 1");
    await replace("second", "2");
    await seen("update second 2");
    await core.replaceNamespacedConfigMap({
      namespace: NAMESPACE,
      name: "second",
      body: map("second", "3", {}),
    });
    // Out of the selector's sight it goes as it was last seen.
    await seen("delete second 2");
    assert.equal(informer.get("second", NAMESPACE), undefined);
    assert.deepEqual([events.length, lists], [4, 1], events.join(", "));
  });

  test("resumes where it was when its connection broke, and misses nothing", async () => {
    await broken();
    await replace("first", "2");
    await create("third", "1");
    relay.mend();
    await informer.start();
    await seen("update first 2");
    await seen("add third 1");
    assert.equal(lists, 1, "it went on from its last revision");
  });

  test("starts over when what it missed is compacted, and finds what has gone", async () => {
    await broken();
    await core.deleteNamespacedConfigMap({ namespace: NAMESPACE, name: "third" });
    await replace("first", "3");
    const { metadata } = await core.listNamespacedConfigMap({ namespace: NAMESPACE });
    await front.store.compact(BigInt(metadata?.resourceVersion ?? "") as never);
    relay.mend();
    await informer.start();
    await seen("update first 3");
    assert.ok(events.includes("delete third 1"), events.join(", "));
    assert.equal(lists, 2);
    assert.deepEqual(
      informer.list(NAMESPACE).map(({ metadata: one, data }) => [one?.name, data?.["n"]]),
      [["first", "3"]],
    );
  });

  /** Cuts the connection and waits until the informer has noticed. */
  async function broken(): Promise<void> {
    const before_ = events.filter((one) => one === "error").length;
    relay.cut();
    await until(() => events.filter((one) => one === "error").length > before_, "error");
  }

  function seen(event: string): Promise<void> {
    return until(() => events.includes(event), event);
  }

  async function until(condition: () => boolean, what: string): Promise<void> {
    const limit = AbortSignal.timeout(30_000);
    while (!condition()) {
      await new Promise<void>((resolve, reject) => {
        wake = resolve;
        limit.onabort = () => reject(new Error(`Waited for ${what}, and saw ${events.join(", ")}`));
      });
    }
  }

  function note(event: string): void {
    events.push(event);
    wake();
  }

  async function create(name: string, n: string): Promise<void> {
    await core.createNamespacedConfigMap({ namespace: NAMESPACE, body: map(name, n) });
  }

  async function replace(name: string, n: string): Promise<void> {
    await core.replaceNamespacedConfigMap({ namespace: NAMESPACE, name, body: map(name, n) });
  }
});

function map(name: string, n: string, labels: Record<string, string> = { seen: "yes" }): V1ConfigMap {
  return { metadata: { name, labels }, data: { n } };
}

function configOf({ trust }: ServedFront, port: number): KubeConfig {
  const base64 = (pem: string): string => Buffer.from(pem).toString("base64");
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: "c", server: `https://127.0.0.1:${port}`, caData: base64(trust.ca), skipTLSVerify: false },
    { name: "u", certData: base64(trust.cert), keyData: base64(trust.key) },
  );
  return config;
}
