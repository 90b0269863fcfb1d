/**
 * Deletes: for each propagation policy, grace period and finalizer the answers and the whole sequence of watch events;
 * options and preconditions, collections and namespaces. Through the gate, in virtual time.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answered, configMap, namesOf, serve } from "../../src/apiserver/served.suite.ts";
import { eventsOf, makePod, PODS } from "./watched-deletes.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";

interface Row {
  readonly options?: object;
  readonly finalizers?: readonly string[];
  readonly status?: number;
  /** Kind of the answer. */
  readonly answer: "Status" | "ConfigMap";
  readonly events: readonly string[];
}

const MINE = "example.com/mine";
const FOREGROUND = "foregroundDeletion";

/** A kind without grace. */
const PLAIN: readonly Row[] = [
  { answer: "Status", events: ["DELETED"] },
  { options: { propagationPolicy: "Background" }, answer: "Status", events: ["DELETED"] },
  { options: { gracePeriodSeconds: 30 }, answer: "Status", events: ["DELETED"] },
  { options: { orphanDependents: false }, answer: "Status", events: ["DELETED"] },
  { options: { propagationPolicy: "Orphan" }, answer: "ConfigMap", events: ["MODIFIED 0 orphan"] },
  { options: { orphanDependents: true }, answer: "ConfigMap", events: ["MODIFIED 0 orphan"] },
  { options: { propagationPolicy: "Foreground" }, answer: "ConfigMap", events: [`MODIFIED 0 ${FOREGROUND}`] },
  { finalizers: [MINE], answer: "ConfigMap", events: [`MODIFIED 0 ${MINE}`] },
  {
    finalizers: [MINE],
    options: { orphanDependents: false },
    status: 202,
    answer: "ConfigMap",
    events: [`MODIFIED 0 ${MINE}`],
  },
  {
    finalizers: [MINE],
    options: { propagationPolicy: "Foreground" },
    answer: "ConfigMap",
    events: [`MODIFIED 0 ${MINE} ${FOREGROUND}`],
  },
  // What the object asks for holds when the client asks for nothing, and gives way when it does.
  { finalizers: [FOREGROUND], answer: "ConfigMap", events: [`MODIFIED 0 ${FOREGROUND}`] },
  {
    finalizers: [FOREGROUND],
    options: { propagationPolicy: "Background" },
    answer: "Status",
    events: [`DELETED ${FOREGROUND}`],
  },
  {
    finalizers: ["orphan", MINE],
    options: { propagationPolicy: "Foreground" },
    answer: "ConfigMap",
    events: [`MODIFIED 0 ${MINE} ${FOREGROUND}`],
  },
];

test("a kind without grace: each policy and finalizer, with its answer and events", () =>
  serve("plain deletes", async (served) => {
    const { admin } = served;
    for (const [i, { options, finalizers, status = 200, answer, events }] of PLAIN.entries()) {
      const name = `row-${i}`;
      const what = JSON.stringify({ options, finalizers });
      const made = (
        await admin.post(MAPS, configMap(name, {}, finalizers === undefined ? {} : { finalizers }))
      ).body;
      let answered: Answered | undefined;
      const seen = await eventsOf(served, MAPS, async () => {
        answered = await admin.delete(`${MAPS}/${name}`, options);
      });
      assert.deepEqual(seen, events, what);
      assert.deepEqual([answered?.status, answered?.body.kind], [status, answer], what);
      if (answer === "Status")
        assert.deepEqual(answered?.body.details, { name, kind: "configmaps", uid: made.metadata.uid }, what);
      if (answer === "Status") continue;
      // Again: nothing changes. Then the finalizers go, and the object with them.
      assert.deepEqual(
        await eventsOf(served, MAPS, async () => void (await admin.delete(`${MAPS}/${name}`))),
        [],
        what,
      );
      const released = await eventsOf(served, MAPS, async () => {
        await admin.patch(`${MAPS}/${name}`, "merge-patch+json", { metadata: { finalizers: null } });
      });
      assert.deepEqual(
        released.map((one) => one.split(" ")[0]),
        ["DELETED"],
        what,
      );
    }
  }));

test("a later policy replaces the finalizer of an earlier one, and the last to go ends the object", () =>
  serve("changed policy", async (served) => {
    const { admin } = served;
    await admin.post(MAPS, configMap("a", {}, { finalizers: [MINE] }));
    const seen = await eventsOf(served, MAPS, async () => {
      for (const propagationPolicy of ["Orphan", "Foreground", "Background"])
        await admin.delete(`${MAPS}/a`, { propagationPolicy });
      await admin.patch(`${MAPS}/a`, "merge-patch+json", { metadata: { finalizers: [] } });
    });
    const marked = (...finalizers: readonly string[]): string => `MODIFIED 0 ${finalizers.join(" ")}`;
    assert.deepEqual(seen, [
      marked(MINE, "orphan"),
      marked(MINE, FOREGROUND),
      marked(MINE),
      `DELETED 0 ${MINE}`,
    ]);
    const added = await admin.post(MAPS, configMap("b", {}, { finalizers: [MINE] }));
    assert.equal(added.status, 201);
    await admin.delete(`${MAPS}/b`);
    const more = await admin.patch(`${MAPS}/b`, "merge-patch+json", {
      metadata: { finalizers: [MINE, "example.com/x"] },
    });
    assert.deepEqual([more.status, more.body.reason], [422, "Invalid"], "no finalizer may join a deletion");
  }));

/** A pod that a node runs, or `pending`, or one that has `ended`. */
interface GraceRow {
  readonly state: "bound" | "pending" | "ended";
  readonly finalizers?: readonly string[];
  /** Deletes, one after the other: their grace. */
  readonly graces: readonly (number | undefined)[];
  readonly events: readonly string[];
}

const GRACES: readonly GraceRow[] = [
  { state: "bound", graces: [undefined], events: ["MODIFIED 30"] },
  { state: "bound", graces: [5], events: ["MODIFIED 5"] },
  { state: "bound", graces: [-7], events: ["MODIFIED 1"] },
  { state: "bound", graces: [0], events: ["MODIFIED 0", "DELETED 0"] },
  { state: "pending", graces: [undefined], events: ["MODIFIED 0", "DELETED 0"] },
  { state: "ended", graces: [60], events: ["MODIFIED 0", "DELETED 0"] },
  { state: "bound", graces: [undefined, 60, undefined], events: ["MODIFIED 30"] },
  {
    state: "bound",
    graces: [undefined, 5, 0],
    events: ["MODIFIED 30", "MODIFIED 5", "MODIFIED 0", "DELETED 0"],
  },
  {
    state: "bound",
    finalizers: [MINE],
    graces: [undefined, 0, 0],
    events: [`MODIFIED 30 ${MINE}`, `MODIFIED 0 ${MINE}`],
  },
  { state: "pending", finalizers: [MINE], graces: [undefined, undefined], events: [`MODIFIED 0 ${MINE}`] },
];

test("a pod: each state, grace and finalizer, with the events of its way out", () =>
  serve("graceful deletes", async (served) => {
    const { admin } = served;
    for (const [i, { state, finalizers, graces, events }] of GRACES.entries()) {
      const name = `row-${i}`;
      await makePod(served, name, state, finalizers === undefined ? {} : { finalizers });
      const before = (await admin.get(`${PODS}/${name}`)).body.metadata.generation;
      const seen = await eventsOf(served, PODS, async () => {
        for (const gracePeriodSeconds of graces) {
          const answer = await admin.delete(
            `${PODS}/${name}`,
            gracePeriodSeconds === undefined ? undefined : { gracePeriodSeconds },
          );
          assert.deepEqual([answer.status, answer.body.kind], [200, "Pod"]);
          assert.equal(answer.body.metadata.generation, before + 1, "the first delete is a new generation");
        }
      });
      assert.deepEqual(seen, events, JSON.stringify(GRACES[i]));
    }
    // While grace runs, a policy that comes too late changes nothing.
    await makePod(served, "late", "bound");
    const late = await eventsOf(served, PODS, async () => {
      await admin.delete(`${PODS}/late`);
      await admin.delete(`${PODS}/late`, { propagationPolicy: "Foreground" });
    });
    assert.deepEqual(late, ["MODIFIED 30"]);
  }));

test("options are read from the body or else the query, and refused when they contradict or are unknown", () =>
  serve("delete options", async ({ admin }) => {
    const made = (await admin.post(MAPS, configMap("a", {}, { finalizers: [MINE] }))).body.metadata;
    const kind = { apiVersion: "v1", kind: "DeleteOptions" };
    const rows: readonly (readonly [string, object | undefined, number, string])[] = [
      ["", { preconditions: { uid: "other" } }, 409, "Conflict"],
      ["", { preconditions: { resourceVersion: "1" } }, 409, "Conflict"],
      ["", { propagationPolicy: "Orphan", orphanDependents: true }, 422, "Invalid"],
      ["", { propagationPolicy: "Sideways" }, 422, "Invalid"],
      ["", { dryRun: ["Some"] }, 422, "Invalid"],
      ["", { ...kind, kind: "Pod" }, 400, "BadRequest"],
      ["", { gracePeriodSeconds: "soon" }, 400, "BadRequest"],
      ["?gracePeriodSeconds=soon", undefined, 400, "BadRequest"],
      ["?propagationPolicy=Sideways", undefined, 422, "Invalid"],
      ["?propagationPolicy=Orphan&orphanDependents=true", undefined, 422, "Invalid"],
      ["?dryRun=Some", undefined, 422, "Invalid"],
      ["?dryRun=All", undefined, 200, ""],
      // The body decides: what the query says beside it is not read.
      ["?propagationPolicy=Sideways", { ...kind, dryRun: ["All"] }, 200, ""],
      [
        "",
        { dryRun: ["All"], preconditions: { uid: made.uid, resourceVersion: made.resourceVersion } },
        200,
        "",
      ],
    ];
    for (const [query, body, status, reason] of rows) {
      const answer = await admin.delete(`${MAPS}/a${query}`, body);
      const found = [answer.status, answer.body.reason ?? ""];
      assert.deepEqual(
        found,
        [status, reason],
        `${query} ${JSON.stringify(body)}: ${JSON.stringify(answer.body)}`,
      );
    }
    assert.deepEqual((await admin.get(`${MAPS}/a`)).body.metadata, made, "nothing was deleted");
    assert.equal((await admin.delete(`${MAPS}/none`)).status, 404);
  }));

test("a dry run tells what would happen, and does not", () =>
  serve("dry deletes", async (served) => {
    const { admin } = served;
    await makePod(served, "bound", "bound");
    await makePod(served, "pending", "pending");
    await admin.post(MAPS, configMap("a"));
    const seen = await eventsOf(served, PODS, async () => {
      const marked = (await admin.delete(`${PODS}/bound`, { dryRun: ["All"] })).body;
      assert.equal(marked.metadata.deletionGracePeriodSeconds, 30);
      const gone = (await admin.delete(`${PODS}/pending?dryRun=All`)).body;
      assert.equal(gone.metadata.deletionGracePeriodSeconds, 0);
    });
    assert.deepEqual(seen, []);
    assert.equal((await admin.delete(`${MAPS}/a?dryRun=All`)).body.status, "Success");
    const all = await admin.delete(`${MAPS}?dryRun=All`);
    assert.deepEqual(namesOf(all.body), ["a", "kube-root-ca.crt"]);
    assert.equal((await admin.get(`${MAPS}/a`)).status, 200);
  }));

test("a collection's delete takes what is selected, in every policy, and answers with the list", () =>
  serve("collections", async (served) => {
    const { admin } = served;
    for (const [name, app] of [
      ["a", "x"],
      ["b", "x"],
      ["c", "y"],
    ] as const)
      await admin.post(MAPS, configMap(name, {}, { labels: { app } }));
    const orphaned = await eventsOf(served, MAPS, async () => {
      const answer = await admin.delete(`${MAPS}?labelSelector=app%3Dx`, { propagationPolicy: "Orphan" });
      assert.deepEqual(
        [answer.status, answer.body.kind, namesOf(answer.body)],
        [200, "ConfigMapList", ["a", "b"]],
      );
    });
    assert.deepEqual(orphaned, ["MODIFIED 0 orphan", "MODIFIED 0 orphan"]);
    const named = await eventsOf(served, MAPS, async () => {
      await admin.delete(`${MAPS}?fieldSelector=metadata.name%3Dc`);
    });
    assert.deepEqual(named, ["DELETED"]);
    assert.equal((await admin.delete(`${MAPS}?fieldSelector=data%3Dc`)).status, 400);
    assert.equal((await admin.delete("/api/v1/nodes")).status, 200);
    assert.equal((await admin.delete("/api/v1/namespaces")).status, 405);
  }));

test("a namespace stays, terminating, until it is finalized; nothing new comes into it; some may not go", () =>
  serve("namespaces", async (served) => {
    const { admin } = served;
    const path = "/api/v1/namespaces";
    await admin.post(path, { metadata: { name: "a" } });
    const seen = await eventsOf(served, path, async () => {
      const marked = (await admin.delete(`${path}/a`)).body;
      assert.deepEqual([marked.kind, marked.status.phase], ["Namespace", "Terminating"]);
      assert.equal((await admin.delete(`${path}/a`)).status, 200);
      const refused = await admin.post(`${path}/a/configmaps`, configMap("late"));
      assert.deepEqual(
        [refused.status, refused.body.details.causes[0].reason],
        [403, "NamespaceTerminating"],
      );
      const changed = await admin.patch(`${path}/a/configmaps/kube-root-ca.crt`, "merge-patch+json", {
        data: { k: "v" },
      });
      assert.equal(changed.status, 200, "what is there may still change");
      const body = (await admin.get(`${path}/a`)).body;
      await admin.put(`${path}/a/finalize`, { ...body, spec: { finalizers: [] } });
      await admin.delete(`${path}/a`);
    });
    assert.deepEqual([seen[0], seen.at(-1)], ["MODIFIED none", "DELETED none"]);
    assert.equal((await admin.get(`${path}/a`)).status, 404);
    for (const name of ["default", "kube-system", "kube-public"]) {
      const refused = await admin.delete(`${path}/${name}`);
      assert.deepEqual([refused.status, refused.body.reason], [403, "Forbidden"], name);
    }
  }));
