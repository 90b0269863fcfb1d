/** What a node may say of its static pods, and that nobody changes what a mirror is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pod, serve } from "../served.suite.ts";
import { userOf } from "../user.ts";

const PODS = "/api/v1/namespaces/default/pods";
const MIRROR = "kubernetes.io/config.mirror";
const annotations = { [MIRROR]: "abc" };

/** What a node's pod lacks to be a mirror, and the refusal. */
const refused: readonly (readonly [what: string, spec: object, owner: object | undefined, reason: RegExp])[] =
  [
    ["no owner", {}, undefined, /can only create pods with an owner reference set to itself/],
    [
      "another node's owner",
      {},
      { name: "n2" },
      /can only create pods with an owner reference set to itself/,
    ],
    ["an owner of another life", {}, { uid: "old" }, /node n1 UID mismatch: expected old got /],
    [
      "an owner that is no controller",
      {},
      { controller: false },
      /a controller owner reference set to itself/,
    ],
    ["an owner that blocks", {}, { blockOwnerDeletion: true }, /must not set blockOwnerDeletion/],
    ["another node", { nodeName: "n2" }, {}, /with spec\.nodeName set to itself/],
    [
      "a secret",
      { volumes: [{ name: "v", secret: { secretName: "s" } }] },
      {},
      /can not create pods that reference secrets|may not reference secrets/,
    ],
    [
      "a config map in its environment",
      { containers: [{ name: "c", image: "web", envFrom: [{ configMapRef: { name: "m" } }] }] },
      {},
      /can not create pods that reference configmaps/,
    ],
  ];

test("a node creates mirrors of its own static pods, and no other pods", async () => {
  await serve("mirrors", async ({ admin, as }) => {
    const kubelet = as(userOf("system:node:n1", ["system:nodes", "system:authenticated"]));
    const made = await admin.post("/api/v1/nodes", { metadata: { name: "n1" } });
    const { uid } = made.body.metadata;
    const owner = { apiVersion: "v1", kind: "Node", name: "n1", uid, controller: true };
    const create = (spec: object, metadata: object): ReturnType<typeof kubelet.post> =>
      kubelet.post(PODS, pod("agent-n1", { nodeName: "n1", ...spec }, metadata));
    const plain = await create({}, { ownerReferences: [owner] });
    assert.equal(plain.status, 403);
    assert.match(plain.body.message, /pod does not have "kubernetes.io\/config.mirror" annotation/);
    for (const [what, spec, more, reason] of refused) {
      const ownerReferences = more === undefined ? [] : [{ ...owner, ...more }];
      const { status, body } = await create(spec, { annotations, ownerReferences });
      assert.equal(status, 403, what);
      assert.match(body.message, reason, what);
    }
    assert.equal((await create({}, { annotations, ownerReferences: [owner] })).status, 201);
    assert.equal((await kubelet.delete(`${PODS}/agent-n1`, { gracePeriodSeconds: 0 })).status, 200);
  });
});

test("whether a pod is a mirror is decided when it is created", async () => {
  await serve("mirror annotation", async ({ admin }) => {
    const nowhere = await admin.post(PODS, pod("a", {}, { annotations }));
    assert.equal(nowhere.status, 422);
    assert.match(nowhere.body.message, /must set spec\.nodeName if mirror pod annotation is set/);
    assert.equal((await admin.post(PODS, pod("a", { nodeName: "n1" }, { annotations }))).status, 201);
    assert.equal((await admin.post(PODS, pod("b", { nodeName: "n1" }))).status, 201);
    const patch = (name: string, value: string | null): ReturnType<typeof admin.patch> =>
      admin.patch(`${PODS}/${name}`, "merge-patch+json", { metadata: { annotations: { [MIRROR]: value } } });
    const texts = [await patch("a", "other"), await patch("a", null), await patch("b", "abc")].map(
      ({ status, body }) => `${status} ${body.message}`,
    );
    const field = `metadata.annotations[${MIRROR}]: Forbidden:`;
    assert.deepEqual(texts, [
      `422 Pod "a" is invalid: ${field} may not remove or update mirror pod annotation`,
      `422 Pod "a" is invalid: ${field} may not remove or update mirror pod annotation`,
      `422 Pod "b" is invalid: ${field} may not add mirror pod annotation`,
    ]);
  });
});
