/** Leader election among simulated machines with a real API server between them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { configMaps, leases } from "#api";
import { SimWorld } from "#base/sim";
import { adminUser, startApiServer } from "../../test/testing/api-server.ts";
import type { Client } from "./client.ts";
import { FencedTransport } from "./fenced-transport.ts";
import { HandlerTransport } from "./handler-transport.ts";
import { LeaderElection } from "./leader-election.ts";
import { serveLink } from "./link-server.ts";
import { LinkTransport } from "./link-transport.ts";
import { createClient } from "./typed-client.ts";

const { signal } = new AbortController();
const lease = { namespace: "kube-system", name: "leader" };

interface Candidate {
  readonly election: LeaderElection;
  readonly stop: AbortController;
  /** Virtual times at which it began and ended to lead. */
  readonly terms: { from: number; to?: number }[];
  readonly done: Promise<void>;
  /** A client that may write only while this candidate leads. */
  readonly fenced: Client;
}

interface Stage {
  readonly world: SimWorld;
  readonly admin: Client;
  stand(name: string): Candidate;
  sleep(ms: number): Promise<void>;
}

async function onStage(seed: string, body: (stage: Stage) => Promise<void>): Promise<void> {
  const world = new SimWorld(seed);
  await world.run(async () => {
    const env = world.env("server");
    const { server } = await startApiServer(env);
    const handlerFor = () => server.handlerFor(adminUser);
    await serveLink(env, { network: world.network.of(env), handlerFor }, "server:6443", signal);
    const stand = (name: string): Candidate => {
      const host = world.env(name);
      const options = { address: "server:6443", user: "admin" };
      const transport = new LinkTransport(host, { network: world.network.of(host) }, options);
      const client = createClient(transport, { fieldManager: name });
      const election = new LeaderElection(host, { client }, { ...lease, identity: name });
      const stop = new AbortController();
      const terms: Candidate["terms"] = [];
      const done = election
        .run(stop.signal, async (term) => {
          const mine: { from: number; to?: number } = { from: world.nowMs };
          terms.push(mine);
          await new Promise<void>((resolve) => term.addEventListener("abort", () => resolve()));
          mine.to = world.nowMs;
        })
        .catch(() => {
          // Stopped before it led.
        });
      const fence = new FencedTransport(transport, () => election.leading());
      return { election, stop, terms, done, fenced: createClient(fence, { fieldManager: name }) };
    };
    const admin = createClient(new HandlerTransport(handlerFor()), { fieldManager: "admin" });
    await body({ world, admin, stand, sleep: (ms) => world.env("tests").clock.sleep(ms) });
  });
}

async function holder(stage: Stage): Promise<string> {
  const { spec } = await stage.admin.of(leases).get(lease, signal);
  return `${spec.holderIdentity} ${spec.leaseTransitions} ${spec.leaseDurationSeconds}`;
}

test("One of two leads, and goes on leading while it renews", async () => {
  await onStage("one", async (stage) => {
    const [a, b] = [stage.stand("a"), stage.stand("b")];
    await stage.sleep(600_000);
    assert.deepEqual([a, b].map(({ election }) => election.leading()).sort(), [false, true]);
    assert.equal(a.terms.length + b.terms.length, 1);
    assert.match(await holder(stage), /^[ab] 0 15$/);
  });
});

test("A leader that is cut off stops before the other begins, and then writes nothing", async () => {
  for (let seed = 0; seed < 10; seed += 1) {
    await onStage(`cut ${seed}`, async (stage) => {
      const a = stage.stand("a");
      await stage.sleep(5_000 + seed * 333);
      assert.equal(a.election.leading(), true);
      const b = stage.stand("b");
      await stage.sleep(7_000);
      stage.world.network.partition("a", "server");
      const before = stage.world.nowMs;
      await stage.sleep(40_000);
      assert.equal(b.election.leading(), true);
      const ended = a.terms[0]?.to ?? Number.POSITIVE_INFINITY;
      const began = b.terms[0]?.from ?? 0;
      assert.ok(ended < began, `a ended ${ended - before} ms, b began ${began - before} ms after the cut`);
      assert.ok(ended - before <= 10_000 && began - before >= 10_000);
      stage.world.network.heal();
      const metadata = { name: "late", namespace: "default" };
      await assert.rejects(a.fenced.of(configMaps).create({ metadata }, signal), { code: "not-leading" });
      await b.fenced.of(configMaps).create({ metadata }, signal);
      assert.equal(await holder(stage), "b 1 15");
    });
  }
});

test("A leader that ends well gives the lease back, and the next need not wait", async () => {
  await onStage("release", async (stage) => {
    const a = stage.stand("a");
    await stage.sleep(5_000);
    const b = stage.stand("b");
    await stage.sleep(5_000);
    a.stop.abort(new Error("enough"));
    await a.done;
    await stage.sleep(6_000);
    assert.equal(b.election.leading(), true);
  });
});

test("A clock that jumps changes nothing: time is measured, not read", async () => {
  await onStage("jump", async (stage) => {
    const [a, b] = [stage.stand("a"), stage.stand("b")];
    await stage.sleep(10_000);
    stage.world.jumpClock("a", 3_600_000);
    stage.world.jumpClock("b", -3_600_000);
    await stage.sleep(120_000);
    assert.equal(a.terms.length + b.terms.length, 1);
  });
});
