/** Which flow a request is of, waiting for a seat, who goes next, and seats that are lent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, FlowSchema, PriorityLevelConfiguration } from "#api";
import { SimWorld } from "#base/sim";
import { requestInfo } from "../request-info.ts";
import { AUTHENTICATED, MASTERS, serviceAccountUser, type User, userOf } from "../user.ts";
import { Fairness } from "./fairness.ts";

const signal = new AbortController().signal;
const write = requestInfo("POST", "/api/v1/namespaces/default/pods");
const everything = [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"], namespaces: ["*"] }];
const everybody = [{ kind: "Group", group: { name: AUTHENTICATED } }];

function schema(name: string, spec: object): FlowSchema {
  return decode(FlowSchema, { metadata: { name, uid: `uid-${name}` }, spec }).object;
}

/** For everybody, one flow for each user. */
function schemaTo(level: string, subjects = everybody as readonly object[], precedence = 100): FlowSchema {
  return schema(`to-${level}`, {
    matchingPrecedence: precedence,
    priorityLevelConfiguration: { name: level },
    distinguisherMethod: { type: "ByUser" },
    rules: [{ subjects, resourceRules: everything }],
  });
}

function level(name: string, limited: object): PriorityLevelConfiguration {
  return decode(PriorityLevelConfiguration, {
    metadata: { name, uid: `uid-${name}` },
    spec: {
      type: "Limited",
      limited: { nominalConcurrencyShares: 100, borrowingLimitPercent: 0, ...limited },
    },
  }).object;
}

function queue(queues: number, queueLengthLimit: number): object {
  return { limitResponse: { type: "Queue", queuing: { queues, handSize: queues, queueLengthLimit } } };
}

async function inWorld(body: (fairness: Fairness, world: SimWorld) => Promise<void>): Promise<void> {
  const world = new SimWorld(1);
  await using env = world.env("apiserver");
  const fairness = new Fairness(env, { reads: 1, writes: 0 });
  fairness.configure([schemaTo("one")], [level("one", queue(3, 1))]);
  await body(fairness, world);
}

function user(name: string): User {
  return userOf(name, [AUTHENTICATED]);
}

function enter(fairness: Fairness, of: User, until = signal): Promise<() => void> {
  return fairness.enter(fairness.flowOf(of, write), of, write, until);
}

test("requests over the bound wait, and are let in flow by flow", () =>
  inWorld(async (fairness) => {
    const order: string[] = [];
    const run = async (name: string, label: string): Promise<void> => {
      const leave = await enter(fairness, user(name));
      order.push(label);
      await Promise.resolve();
      leave();
    };
    await Promise.all([run("a", "a1"), run("a", "a2"), run("a", "a3"), run("b", "b1")]);
    assert.deepEqual(order, ["a1", "a2", "b1", "a3"]);
    (await enter(fairness, user("a")))();
  }));

test("a request that waits too long, or finds too many waiting, is refused with 429", () =>
  inWorld(async (fairness, world) => {
    const a = user("a");
    const leave = await enter(fairness, a);
    const waiting = [1, 2, 3].map(() => enter(fairness, a));
    await assert.rejects(enter(fairness, a), { code: 429 });
    const settled = Promise.allSettled(waiting);
    await world.advance(20_000);
    assert.deepEqual(
      (await settled).map((one) => one.status),
      ["rejected", "rejected", "rejected"],
    );
    leave();
    (await enter(fairness, a))();
  }));

test("a request whose caller goes away leaves its place in the line", () =>
  inWorld(async (fairness) => {
    const a = user("a");
    const leave = await enter(fairness, a);
    const caller = new AbortController();
    const gone = enter(fairness, a, caller.signal);
    const next = enter(fairness, a);
    caller.abort(new Error("gone"));
    await assert.rejects(gone, /gone/);
    leave();
    (await next)();
  }));

test("administrators go free, watches take no seat, and what may last for other reasons is of no flow", () =>
  inWorld(async (fairness) => {
    const leave = await enter(fairness, user("a"));
    (await enter(fairness, userOf("root", [MASTERS])))();
    const watch = requestInfo("GET", "/api/v1/namespaces/default/pods?watch=1");
    const flow = fairness.flowOf(user("a"), watch);
    assert.equal(flow?.headers["x-kubernetes-pf-flowschema-uid"], "uid-to-one");
    assert.equal(flow.headers["x-kubernetes-pf-prioritylevel-uid"], "uid-one");
    assert.notEqual(fairness.tryEnter(flow, watch), undefined);
    const exec = requestInfo("POST", "/api/v1/namespaces/default/pods/a/exec");
    assert.equal(fairness.flowOf(user("a"), exec), undefined);
    leave();
  }));

test("a level has what others do not need, and its own at once", async () => {
  const world = new SimWorld(1);
  await using env = world.env("apiserver");
  const fairness = new Fairness(env, { reads: 4, writes: 0 });
  const alone = [{ kind: "User", user: { name: "alone" } }];
  fairness.configure(
    [schemaTo("lender", alone, 50), schemaTo("borrower")],
    [
      level("borrower", { ...queue(4, 4), borrowingLimitPercent: 100 }),
      level("lender", { ...queue(4, 4), lendablePercent: 50 }),
    ],
  );
  const [a, b] = [user("a"), user("alone")];
  // Two seats are its own, and one of the other's two is lent.
  const taken = [await enter(fairness, a), await enter(fairness, a), await enter(fairness, a)];
  let entered = false;
  const fourth = enter(fairness, a).then((leave) => {
    entered = true;
    return leave;
  });
  const own = [await enter(fairness, b), await enter(fairness, b)];
  own[0]?.();
  await Promise.resolve();
  assert.equal(entered, false);
  taken[0]?.();
  for (const leave of [...taken.slice(1), ...own.slice(1), await fourth]) leave();
});

test("a request is of the first schema by precedence that has a rule for it, and whose level is there", () =>
  inWorld(async (fairness) => {
    const rule = (subjects: readonly object[], rules: object) => ({ rules: [{ subjects, ...rules }] });
    const to = { priorityLevelConfiguration: { name: "one" } };
    const pods = [
      { verbs: ["create"], apiGroups: [""], resources: ["pods", "pods/status"], namespaces: ["default"] },
    ];
    const probes = [{ verbs: ["get"], nonResourceURLs: ["/healthz", "/livez/*"] }];
    const accounts = [{ kind: "ServiceAccount", serviceAccount: { namespace: "ns", name: "*" } }];
    fairness.configure(
      [
        schema("late", { ...to, matchingPrecedence: 9, ...rule(everybody, { resourceRules: everything }) }),
        schema("dangling", {
          matchingPrecedence: 1,
          priorityLevelConfiguration: { name: "none" },
          ...rule(everybody, { resourceRules: everything }),
        }),
        schema("pods", { ...to, matchingPrecedence: 2, ...rule(everybody, { resourceRules: pods }) }),
        schema("accounts", {
          ...to,
          matchingPrecedence: 2,
          ...rule(accounts, { resourceRules: everything }),
        }),
        schema("probes", { ...to, matchingPrecedence: 3, ...rule(everybody, { nonResourceRules: probes }) }),
      ],
      [level("one", queue(1, 1))],
    );
    const rows: readonly (readonly [User, method: string, path: string, schema: string])[] = [
      [user("a"), "POST", "/api/v1/namespaces/default/pods", "pods"],
      [user("a"), "POST", "/api/v1/namespaces/default/pods/a/status", "pods"],
      [user("a"), "POST", "/api/v1/namespaces/default/pods/a/eviction", "late"],
      [user("a"), "POST", "/api/v1/namespaces/other/pods", "late"],
      [user("a"), "POST", "/api/v1/nodes", "catch-all"],
      [user("a"), "GET", "/healthz", "probes"],
      [user("a"), "GET", "/livez/ping", "probes"],
      [user("a"), "GET", "/version", "catch-all"],
      [serviceAccountUser("ns", "x"), "POST", "/api/v1/namespaces/default/pods", "accounts"],
      [serviceAccountUser("other", "x"), "POST", "/api/v1/namespaces/default/pods", "pods"],
      [
        userOf("system:anonymous", ["system:unauthenticated"]),
        "GET",
        "/api/v1/namespaces/default/pods",
        "catch-all",
      ],
      [userOf("root", [MASTERS]), "GET", "/version", "exempt"],
    ];
    for (const [of, method, path, wanted] of rows)
      assert.equal(
        fairness.flowOf(of, requestInfo(method, path))?.tally.schema,
        wanted,
        `${of.name} ${path}`,
      );
  }));
