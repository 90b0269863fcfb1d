/** Status and flags of a component, as text and as objects. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SimWorld } from "#base/sim";
import { ZPages } from "./zpages.ts";

const hour = 3_600_000;

/** Pages of a component that was told two things, three hours and a little after it started. */
async function served(body: (pages: ZPages) => void): Promise<void> {
  const world = new SimWorld("zpages", { startMs: Date.UTC(2026, 6, 2, 6, 14, 2) });
  await world.run(async () => {
    await using env = world.env("host");
    await env.clock.sleep(3 * hour + 22 * 60_000 + 7_900);
    const { startedMs } = env.program;
    const program = { startedMs, flags: { "token-auth-file": "/etc/tokens", listen: ":6443" } };
    body(new ZPages({ clock: env.clock, random: env.random, program }, "apiserver", ["/livez", "/metrics"]));
  });
}

test("/statusz tells in words since when it runs, and as which version", () =>
  served((pages) => {
    const page = pages.answer("/statusz", undefined);
    assert.equal(page?.headers["content-type"], "text/plain; charset=utf-8");
    const delimiter = /Started(:|: |=| ) Thu/.exec(page?.body ?? "")?.[1] ?? "?";
    const lines = [
      "",
      "apiserver statusz",
      "Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees " +
        "and is for debugging purposes only.",
      "",
      `Started${delimiter} Thu Jul  2 06:14:02 UTC 2026`,
      `Up${delimiter} 3 hr 22 min 07 sec`,
      `Go version${delimiter} `,
      `Binary version${delimiter} 1.36.2`,
      `Emulation version${delimiter} 1.36`,
      `Paths${delimiter} /livez /metrics`,
      "",
    ];
    assert.equal(page?.body, lines.join("\n"));
  }));

test("/flagz lists what the component was told by name, the same at each time", () =>
  served((pages) => {
    const page = pages.answer("/flagz", "text/plain");
    assert.match(
      page?.body ?? "",
      /^\napiserver flagz\nWarning: .*\nlisten.{1,2}:6443\ntoken-auth-file.{1,2}\/etc\/tokens\n$/,
    );
    for (let i = 0; i < 20; i++) assert.equal(pages.answer("/flagz", undefined)?.body, page?.body);
    assert.equal(pages.answer("/flagz/x", undefined), undefined);
  }));

test("programs get an object of the version they ask for", () =>
  served((pages) => {
    const asked = (version: string, kind: string) =>
      `application/json;v=${version};g=config.k8s.io;as=${kind}`;
    const status = pages.answer("/statusz", asked("v1beta1", "Statusz"));
    assert.deepEqual(JSON.parse(status?.body ?? ""), {
      kind: "Statusz",
      apiVersion: "config.k8s.io/v1beta1",
      metadata: { name: "apiserver" },
      startTime: "2026-07-02T06:14:02Z",
      uptimeSeconds: 12_127,
      binaryVersion: "1.36.2",
      emulationVersion: "1.36",
      paths: ["/livez", "/metrics"],
    });
    assert.equal(status?.headers["warning"], undefined);
    const flags = pages.answer("/flagz", asked("v1alpha1", "Flagz"));
    assert.deepEqual(JSON.parse(flags?.body ?? ""), {
      kind: "Flagz",
      apiVersion: "config.k8s.io/v1alpha1",
      metadata: { name: "apiserver" },
      flags: { "token-auth-file": "/etc/tokens", listen: ":6443" },
    });
    assert.match(flags?.headers["warning"] ?? "", /^299 - "This version of the flagz endpoint is deprecated/);
  }));

const text = "text/plain; charset=utf-8";
const beta = "application/json;g=config.k8s.io;v=v1beta1;as=Statusz";
const negotiations: readonly (readonly [accept: string | undefined, contentType: string | 406])[] = [
  [undefined, text],
  ["", text],
  ["text/plain", text],
  ["text/plain; charset=utf-8", text],
  ["*/*", text],
  ["text/*", text],
  [beta, "application/json"],
  [beta.replace("json", "yaml"), "application/yaml"],
  ["application/json;v=foo;g=config.k8s.io;as=Statusz,*/*", text],
  ["application/json", 406],
  ["application/json;v=v1beta1;g=config.k8s.io", 406],
  ["application/json;v=v1beta1;g=config.k8s.io;as=Flagz", 406],
  ["application/cbor;v=v1beta1;g=config.k8s.io;as=Statusz", 406],
  ["application/xml", 406],
];

for (const [accept, expected] of negotiations)
  test(`/statusz for Accept ${accept ?? "none"} is ${expected}`, () =>
    served((pages) => {
      const page = pages.answer("/statusz", accept);
      if (expected !== 406) return assert.equal(page?.headers["content-type"], expected);
      assert.equal(page?.status, 406);
      assert.equal((JSON.parse(page?.body ?? "") as { reason?: string }).reason, "NotAcceptable");
    }));
