/** What every `Transport` promises, against a real API server. Each twin calls `transportContract` in `transport.test.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isStatus } from "#api";
import type { ApiRequest, Transport, WatchEvent } from "./transport.ts";

export interface TransportFixture {
  /** Runs `body` with a transport whose user may do everything; `breakLink` is absent where there is no link. */
  run(body: (transport: Transport, breakLink?: () => void) => Promise<void>): Promise<void>;
}

const NEVER = new AbortController().signal;
const maps = "/api/v1/namespaces/default/configmaps";

function create(name: string): ApiRequest {
  const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { text: "ä€𝄞" } };
  return { method: "POST", path: maps, body };
}

function watch(since: string, more = ""): ApiRequest {
  return { method: "GET", path: `${maps}?watch=true&resourceVersion=${since}${more}` };
}

async function revision(transport: Transport): Promise<string> {
  const { body } = await transport.request({ method: "GET", path: maps }, NEVER);
  return (body as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
}

function nameOf(event: WatchEvent): string {
  return `${event.type} ${(event.object as { metadata: { name: string } }).metadata.name}`;
}

async function take(events: AsyncIterable<readonly WatchEvent[]>, count: number): Promise<string[]> {
  const names: string[] = [];
  for await (const batch of events) {
    names.push(...batch.map(nameOf));
    if (names.length >= count) break;
  }
  return names;
}

export function transportContract(name: string, fixture: TransportFixture): void {
  const check = (promise: string, body: Parameters<TransportFixture["run"]>[0]) =>
    test(`${name}: ${promise}`, () => fixture.run(body));

  check("a call resolves with any status, and the body is data", async (transport) => {
    const created = await transport.request(create("a"), NEVER);
    assert.equal(created.status, 201);
    assert.deepEqual((created.body as { data: unknown }).data, { text: "ä€𝄞" });
    const taken = await transport.request(create("a"), NEVER);
    assert.equal((taken.body as { reason: string }).reason, "AlreadyExists");
    const patch = {
      method: "PATCH",
      path: `${maps}/a`,
      contentType: "application/merge-patch+json",
    } as const;
    const patched = await transport.request({ ...patch, body: { data: { text: "b" } } }, NEVER);
    assert.deepEqual((patched.body as { data: unknown }).data, { text: "b" });
  });

  check("text stays text", async (transport) => {
    const { body } = await transport.request({ method: "GET", path: "/readyz" }, NEVER);
    assert.equal(body, "ok");
  });

  check("a watch tells of each change in order, and ends when the server says so", async (transport) => {
    const since = await revision(transport);
    const events = await transport.watch(watch(since, "&timeoutSeconds=1"), NEVER);
    for (const each of ["a", "b"]) await transport.request(create(each), NEVER);
    await transport.request({ method: "DELETE", path: `${maps}/a` }, NEVER);
    const names: string[] = [];
    for await (const batch of events) names.push(...batch.map(nameOf));
    assert.deepEqual(names, ["ADDED a", "ADDED b", "DELETED a"]);
  });

  check("many calls and watches go side by side", async (transport) => {
    const since = await revision(transport);
    const watches = await Promise.all(Array.from({ length: 5 }, () => transport.watch(watch(since), NEVER)));
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => transport.request(create(`m${at}`), NEVER)),
    );
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
    const seen = await Promise.all(watches.map((events) => take(events, 20)));
    for (const names of seen) assert.equal(new Set(names).size, 20);
  });

  check("a refused watch rejects with the server's status", async (transport) => {
    const gone = { method: "GET", path: "/api/v1/nothings?watch=true" } as const;
    await assert.rejects(transport.watch(gone, NEVER), (error) => isStatus(error, "NotFound"));
  });

  check("an abort ends a watch, and other calls go on", async (transport) => {
    const since = await revision(transport);
    const stop = new AbortController();
    const events = await transport.watch(watch(since), stop.signal);
    await transport.request(create("a"), NEVER);
    const names: string[] = [];
    const reading = (async () => {
      for await (const batch of events) {
        names.push(...batch.map(nameOf));
        stop.abort();
      }
    })();
    await reading.catch((error: unknown) => assert.equal(error, stop.signal.reason));
    assert.deepEqual(names, ["ADDED a"]);
    assert.equal((await transport.request(create("b"), NEVER)).status, 201);
  });

  check("an aborted signal refuses a call at once", async (transport) => {
    const stop = AbortSignal.abort(new Error("enough"));
    await assert.rejects(transport.request(create("a"), stop), /enough/);
    await assert.rejects(transport.watch(watch("1"), stop), /enough/);
  });

  check(
    "a broken link ends its watches as unreachable, and the next call connects anew",
    async (transport, breakLink) => {
      if (breakLink === undefined) return;
      const events = await transport.watch(watch(await revision(transport)), NEVER);
      breakLink();
      await assert.rejects(take(events, 1), { code: "unreachable" });
      assert.equal((await transport.request(create("a"), NEVER)).status, 201);
    },
  );

  check("a closed transport sends nothing", async (transport) => {
    await transport.request(create("a"), NEVER);
    await transport[Symbol.asyncDispose]();
    await transport[Symbol.asyncDispose]();
    await assert.rejects(transport.request(create("b"), NEVER), { code: "not-sent" });
  });
}
