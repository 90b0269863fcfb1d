/** What every `Network` promises. Each twin calls `networkContract` in its own test file. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { maxUnreadMessages } from "./limits.ts";
import type { Connection, Network } from "./network.ts";

/** Two hosts and a way to run code on them; `address` is one where `server` may listen, with port 0. */
export interface NetworkFixture {
  readonly server: Network;
  readonly client: Network;
  readonly address: string;
  run(fn: () => Promise<void>): Promise<void>;
}

/** A listening server and the ends of one connection to it. */
interface Pair {
  readonly near: Connection;
  readonly far: Connection;
  readonly address: string;
  close(): void;
}

export function networkContract(name: string, makeFixture: () => NetworkFixture): void {
  const check = (promise: string, body: (pair: Pair, fixture: NetworkFixture) => Promise<void>) => {
    test(`${name}: ${promise}`, async () => {
      const fixture = makeFixture();
      await fixture.run(async () => {
        const pair = await open(fixture);
        try {
          await body(pair, fixture);
        } finally {
          pair.close();
        }
      });
    });
  };

  check("messages arrive whole and in order, in both directions", async ({ near, far }) => {
    const sent = Array.from({ length: 40 }, (_, index) => ({ index, text: "é".repeat(index * 100) }));
    for (const message of sent) await near.send(message);
    assert.deepEqual(await take(far, sent.length), sent);
    await far.send([null, true, "answer"]);
    assert.deepEqual(await take(near, 1), [[null, true, "answer"]]);
  });

  check("what was sent before a close arrives, then the iteration ends", async ({ near, far }) => {
    await near.send("last words");
    near.close();
    const heard: unknown[] = [];
    for await (const message of far.messages) heard.push(message);
    assert.deepEqual(heard, ["last words"]);
  });

  check("sending on a closed connection is refused as broken", async ({ near }) => {
    near.close();
    near.close();
    await assert.rejects(near.send("late"), { code: "broken" });
  });

  check("an unread connection holds its sender back and loses nothing", async ({ near, far }) => {
    const count = maxUnreadMessages * 4;
    const body = "x".repeat(100_000);
    let sent = 0;
    const sending = (async () => {
      for (; sent < count; sent++) await near.send({ sent, body });
    })();
    const first = await take(far, 1);
    assert.ok(sent < count, "the sender waits");
    const rest = await take(far, count - 1);
    await sending;
    assert.deepEqual(
      [...first, ...rest].map((message) => (message as { readonly sent: number }).sent),
      Array.from({ length: count }, (_, index) => index),
    );
  });

  check("connecting where nobody listens is refused", async (pair, { client }) => {
    pair.close();
    await assert.rejects(client.connect(pair.address, new AbortController().signal), { code: "refused" });
  });

  check("an address in use cannot be listened on", async ({ address }, { server }) => {
    const second = server.listen(address, () => {}, new AbortController().signal);
    await assert.rejects(second, { code: "addressInUse" });
  });

  check("an aborted connect rejects with the signal's reason", async ({ address }, { client }) => {
    const controller = new AbortController();
    const connecting = client.connect(address, controller.signal);
    controller.abort(new Error("changed my mind"));
    await assert.rejects(connecting, { message: "changed my mind" });
  });
}

async function open(fixture: NetworkFixture): Promise<Pair> {
  const { signal } = new AbortController();
  const accepted = Promise.withResolvers<Connection>();
  const listener = await fixture.server.listen(fixture.address, accepted.resolve, signal);
  const near = await fixture.client.connect(listener.address, signal);
  const far = await accepted.promise;
  const close = () => {
    near.close();
    far.close();
    listener.close();
  };
  return { near, far, address: listener.address, close };
}

async function take(connection: Connection, count: number): Promise<unknown[]> {
  const iterator = connection.messages[Symbol.asyncIterator]();
  const taken: unknown[] = [];
  while (taken.length < count) {
    const next = await iterator.next();
    assert.ok(next.done !== true, "the connection ended early");
    taken.push(next.value);
  }
  return taken;
}
