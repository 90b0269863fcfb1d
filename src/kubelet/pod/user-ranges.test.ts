/** Ranges of ids for pods with users of their own, over the twin. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "#api";
import { SimWorld } from "#base/sim";
import { SimImages } from "../runtime/sim/images.ts";
import { SimRuntime } from "../runtime/sim/sim-runtime.ts";
import { podOf } from "../testing/builders.ts";
import { podIds, UserRanges } from "./user-ranges.ts";

const signal = new AbortController().signal;

test("a range is a pod's until the runtime has nothing of it, and there are as many as pods may be", async () => {
  const env = new SimWorld("users").env("n1");
  const ranges = new UserRanges(
    { runtime: new SimRuntime(env, { images: new SimImages(env, {}) }) },
    { ids: podIds(["", ""], 2) },
  );
  const first = async (uid: string): Promise<number | undefined> =>
    (await ranges.of(mapped(uid), "", signal))?.first;
  assert.deepEqual(await Promise.all([first("a"), first("b"), first("a")]), [65_536, 131_072, 65_536]);
  await assert.rejects(first("c"), /could not find an empty slot/);
  ranges.release("a");
  assert.equal(await first("c"), 65_536);
  assert.equal(await ranges.of(podOf({}), "", signal), undefined);
  const unknown = 'RuntimeClass handler "vm" does not support user namespaces: the handler "vm" is not known';
  await assert.rejects(ranges.of(mapped("b"), "vm", signal), new RegExp(unknown));
});

test("ids of all pods are those that the machine sets aside for its user kubelet, or those after the node's", () => {
  const ours = (line: string): readonly [string, string] => [`me:100000:65536\n${line}`, line];
  assert.deepEqual(podIds(ours(""), 110), { first: 65_536, count: 110 * 65_536 });
  assert.deepEqual(podIds(ours("kubelet:131072:131072"), 2), { first: 131_072, count: 131_072 });
  const bad = [
    ["kubelet:131072:131072", 3, /enough for 3 pods/],
    ["kubelet:100000:131072", 1, /whole 65536/],
    ["kubelet:0:131072", 1, /whole 65536/],
    ["kubelet:65536:65536\nkubelet:131072:65536", 1, /one range/],
  ] as const;
  for (const [line, maxPods, why] of bad) assert.throws(() => podIds(ours(line), maxPods), why);
  assert.throws(() => podIds(["kubelet:65536:65536", ""], 1), /the same in both/);
});

function mapped(uid: string): Pod {
  const pod = podOf({});
  return { ...pod, metadata: { ...pod.metadata, uid }, spec: { ...pod.spec, hostUsers: false } };
}
