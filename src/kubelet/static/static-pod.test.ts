/** Manifests as pods, and their mirrors. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { configMirrorAnnotation, mirrorOf, mirrors, staticPod } from "./static-pod.ts";

const owner = {
  nodeName: "n1",
  hash: (data: Uint8Array | string) => createHash("sha256").update(data).digest(),
  nowMs: Date.UTC(2026, 0, 2),
};
const yaml =
  "apiVersion: v1\nkind: Pod\nmetadata: {name: agent}\nspec: {containers: [{name: main, image: web}]}\n";

function podOf(text: string, path = "/m/agent.yaml"): ReturnType<typeof staticPod> {
  return staticPod({ path, content: Buffer.from(text) }, owner);
}

function withSpec(spec: string): string {
  return yaml.replace("spec: {", `spec: {${spec}, `);
}

test("staticPod() completes a manifest as upstream does", () => {
  const { metadata, spec, status } = podOf(yaml);
  assert.deepEqual([metadata.name, metadata.namespace, spec.nodeName], ["agent-n1", "default", "n1"]);
  assert.deepEqual(metadata.annotations, {
    "kubernetes.io/config.hash": metadata.uid,
    "kubernetes.io/config.seen": "2026-01-02T00:00:00Z",
    "kubernetes.io/config.source": "file",
  });
  assert.match(metadata.uid ?? "", /^[0-9a-f]{32}$/);
  assert.deepEqual(spec.tolerations, [{ operator: "Exists", effect: "NoExecute" }]);
  assert.deepEqual([spec.restartPolicy, status.phase], ["Always", "Pending"]);
});

test("a static pod's uid follows from what it says and where, and not from how it is written", () => {
  const json =
    '{"kind":"Pod","apiVersion":"v1","spec":{"containers":[{"image":"web","name":"main"}]},"metadata":{"name":"agent"}}';
  assert.equal(podOf(json).metadata.uid, podOf(yaml).metadata.uid);
  assert.notEqual(podOf(yaml, "/m/b.yaml").metadata.uid, podOf(yaml).metadata.uid);
  assert.notEqual(podOf(yaml.replace("web", "web:2")).metadata.uid, podOf(yaml).metadata.uid);
});

const refused: readonly (readonly [what: string, text: string, reason: RegExp])[] = [
  ["no pod", "apiVersion: v1\nkind: Service\n", /Cannot decode Pod/],
  ["no containers", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n", /spec\.containers: Required value/],
  ["a service account", withSpec("serviceAccountName: me"), /may not reference serviceaccounts/],
  ["a secret", withSpec("volumes: [{name: v, secret: {secretName: s}}]"), /may not reference secrets/],
  ["a config map", withSpec("volumes: [{name: v, configMap: {name: s}}]"), /may not reference configmaps/],
  ["a pull secret", withSpec("imagePullSecrets: [{name: s}]"), /may not reference secrets/],
];

for (const [what, text, reason] of refused) {
  test(`staticPod() refuses a manifest with ${what}`, () => assert.throws(() => podOf(text), reason));
}

test("a mirror shows its pod until the pod changes or somebody deletes the mirror", () => {
  const pod = podOf(yaml);
  const node = { metadata: { name: "n1", uid: "u" } } as Parameters<typeof mirrorOf>[1];
  const { metadata } = mirrorOf(pod, node);
  assert.deepEqual(metadata?.ownerReferences, [
    { apiVersion: "v1", kind: "Node", name: "n1", uid: "u", controller: true },
  ]);
  assert.equal(metadata?.annotations?.[configMirrorAnnotation], pod.metadata.uid);
  const shown = {
    ...pod,
    metadata: { ...pod.metadata, annotations: { [configMirrorAnnotation]: pod.metadata.uid ?? "" } },
  };
  assert.equal(mirrors(shown, pod), true);
  assert.equal(mirrors(shown, podOf(yaml.replace("web", "web:2"))), false);
  assert.equal(
    mirrors({ ...shown, metadata: { ...shown.metadata, deletionTimestamp: "2026-01-02T00:00:00Z" } }, pod),
    false,
  );
});
