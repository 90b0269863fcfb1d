/** Checks of health: which path has which, and what it says. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Admitted } from "../gate.ts";
import { requestInfo } from "../request-info.ts";
import { healthAnswer, type HealthChecks } from "./health.ts";

const well: HealthChecks = { store: () => undefined, started: () => undefined, serving: () => undefined };

function ask(target: string, checks: Partial<HealthChecks> = {}): readonly [status: number, text: string] {
  const admitted = { info: requestInfo("GET", target) } as Admitted;
  const answer = healthAnswer({ ...well, ...checks }, admitted);
  assert.ok(answer?.body.type === "bytes");
  assert.equal(answer.headers["x-content-type-options"], "nosniff");
  return [answer.status, Buffer.from(answer.body.bytes).toString()];
}

function namesOf(text: string): readonly string[] {
  return [...text.matchAll(/^\[[+-]\](\S+) /gm)].map(([, name = ""]) => name);
}

test("each path checks what is done at the start; only /readyz whether more requests are welcome", () => {
  const ready = namesOf(ask("/readyz?verbose")[1]);
  assert.deepEqual(ready.slice(0, 5), ["ping", "log", "etcd", "etcd-readiness", "informer-sync"]);
  assert.equal(ready.at(-1), "shutdown");
  const readyOnly = ["etcd-readiness", "informer-sync", "shutdown"];
  for (const path of ["healthz", "livez"]) {
    const [status, text] = ask(`/${path}?verbose`);
    assert.equal(status, 200);
    assert.ok(text.endsWith(`[+]autoregister-completion ok\n${path} check passed\n`));
    assert.deepEqual(
      namesOf(text),
      ready.filter((name) => !readyOnly.includes(name)),
    );
  }
});

test("a server that closes is alive and not ready; one that starts is neither", () => {
  const closing = { serving: () => "closing" };
  assert.deepEqual(ask("/livez", closing), [200, "ok"]);
  const [status, text] = ask("/readyz", closing);
  assert.equal(status, 500);
  assert.match(text, /\n\[-\]shutdown failed: reason withheld\nreadyz check failed\n$/);
  for (const path of ["/livez", "/readyz", "/healthz"])
    assert.equal(ask(path, { started: () => "starting" })[0], 500);
});
