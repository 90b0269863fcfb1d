/** Families of services, new ones and those that change, with one family and with two: upstream's `initIPFamilyFields` as a table. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answered, type Caller, serve } from "../served.suite.ts";

const path = "/api/v1/namespaces/default/services";
const ports = [{ port: 80 }];
const selector = { app: "x" };
const [v4, v6] = ["10.96.0.77", "fd00:96::77"];
const both = { clusterIP: v4, clusterIPs: [v4, v6] };
const headless = { clusterIP: "None" };
const external = { type: "ExternalName", externalName: "example.com", ports: null };

/** `[policy, families, how many addresses]`, or the causes of a refusal. */
type Want = readonly [policy: string | undefined, families: string, addresses: number] | readonly string[];

interface Row {
  readonly on: "one" | "two";
  readonly made: object;
  /** A merge patch of the spec; or `put`: an update that says just that. */
  readonly patch?: object;
  readonly put?: object;
  readonly want: Want;
}

const invalid = (field: string): string => `FieldValueInvalid spec.${field}`;
const policyInvalid = invalid("ipFamilyPolicy");

const rows: readonly Row[] = [
  // New ones.
  { on: "two", made: { ipFamilies: ["IPv4", "IPv6"] }, want: [policyInvalid] },
  { on: "two", made: both, want: [policyInvalid] },
  { on: "two", made: { ...both, ipFamilies: ["IPv4", "IPv6"] }, want: [policyInvalid, policyInvalid] },
  { on: "two", made: { ipFamilies: ["IPv5"] }, want: ["FieldValueNotSupported spec.ipFamilies[0]"] },
  { on: "two", made: { ipFamilyPolicy: "Any" }, want: ["FieldValueNotSupported spec.ipFamilyPolicy"] },
  {
    on: "two",
    made: { ...both, ipFamilyPolicy: "PreferDualStack", ipFamilies: ["IPv6"] },
    want: [invalid("clusterIPs[0]")],
  },
  {
    on: "two",
    made: { clusterIP: v6, ipFamilyPolicy: "PreferDualStack" },
    want: ["PreferDualStack", "IPv6,IPv4", 2],
  },
  { on: "one", made: { clusterIP: v6 }, want: [invalid("clusterIPs[0]")] },
  { on: "one", made: { ipFamilies: ["IPv6"] }, want: [invalid("ipFamilies[0]")] },
  { on: "one", made: { ipFamilyPolicy: "PreferDualStack" }, want: ["PreferDualStack", "IPv4", 1] },
  {
    on: "one",
    made: { ipFamilyPolicy: "RequireDualStack", ipFamilies: ["IPv4", "IPv6"] },
    want: [policyInvalid, invalid("ipFamilies[1]")],
  },
  // Headless ones.
  { on: "one", made: headless, want: ["RequireDualStack", "IPv4,IPv6", 1] },
  { on: "two", made: { ...headless, ipFamilies: ["IPv6"] }, want: ["RequireDualStack", "IPv6,IPv4", 1] },
  { on: "one", made: { ...headless, selector }, want: ["SingleStack", "IPv4", 1] },
  { on: "one", made: { ...headless, selector, ipFamilyPolicy: "RequireDualStack" }, want: [policyInvalid] },
  {
    on: "two",
    made: { ...headless, selector, ipFamilyPolicy: "PreferDualStack" },
    want: ["PreferDualStack", "IPv4,IPv6", 1],
  },
  {
    on: "two",
    made: { ...headless, selector, ipFamilies: ["IPv4"] },
    patch: { ipFamilies: ["IPv6"] },
    want: ["SingleStack", "IPv6", 1],
  },
  { on: "two", made: headless, patch: { ipFamilyPolicy: "SingleStack" }, want: ["SingleStack", "IPv4", 1] },
  { on: "two", made: headless, patch: { clusterIP: v4, clusterIPs: [v4] }, want: [invalid("clusterIPs[0]")] },
  // Up.
  {
    on: "two",
    made: {},
    patch: { ipFamilyPolicy: "RequireDualStack" },
    want: ["RequireDualStack", "IPv4,IPv6", 2],
  },
  {
    on: "two",
    made: { clusterIP: v4 },
    patch: { ...both, ipFamilyPolicy: "PreferDualStack" },
    want: ["PreferDualStack", "IPv4,IPv6", 2],
  },
  { on: "two", made: { clusterIP: v4 }, patch: both, want: [policyInvalid] },
  { on: "two", made: {}, patch: { ipFamilies: ["IPv4", "IPv6"] }, want: [policyInvalid] },
  {
    on: "two",
    made: {},
    patch: { ipFamilyPolicy: "PreferDualStack", ipFamilies: ["IPv6", "IPv4"] },
    want: [invalid("clusterIPs[0]")],
  },
  { on: "one", made: {}, patch: { ipFamilyPolicy: "RequireDualStack" }, want: [policyInvalid] },
  { on: "one", made: {}, patch: { ipFamilyPolicy: "PreferDualStack" }, want: ["PreferDualStack", "IPv4", 1] },
  // Down.
  {
    on: "two",
    made: { ipFamilyPolicy: "RequireDualStack" },
    patch: { ipFamilyPolicy: "SingleStack" },
    want: ["SingleStack", "IPv4", 1],
  },
  {
    on: "two",
    made: { ...both, ipFamilyPolicy: "RequireDualStack" },
    patch: { clusterIPs: [v4] },
    want: [policyInvalid],
  },
  {
    on: "two",
    made: { ipFamilyPolicy: "PreferDualStack" },
    patch: { ipFamilies: ["IPv4"] },
    want: [policyInvalid],
  },
  {
    on: "two",
    made: { ...both, ipFamilyPolicy: "RequireDualStack" },
    patch: { clusterIPs: [v4], ipFamilies: ["IPv4"] },
    want: [policyInvalid, policyInvalid],
  },
  {
    on: "two",
    made: { ...both, ipFamilyPolicy: "RequireDualStack" },
    patch: { clusterIPs: [v4], ipFamilies: ["IPv4"], ipFamilyPolicy: "SingleStack" },
    want: ["SingleStack", "IPv4", 1],
  },
  {
    on: "two",
    made: { ...both, ipFamilyPolicy: "RequireDualStack" },
    patch: { clusterIPs: [v4], ipFamilyPolicy: "SingleStack" },
    want: ["SingleStack", "IPv4", 1],
  },
  {
    on: "two",
    made: { ...both, ipFamilyPolicy: "RequireDualStack" },
    patch: { clusterIP: v6, clusterIPs: [v6], ipFamilies: ["IPv6"], ipFamilyPolicy: "SingleStack" },
    want: [invalid("clusterIPs[0]"), invalid("ipFamilies[0]")],
  },
  // Nothing said.
  {
    on: "two",
    made: { ipFamilyPolicy: "RequireDualStack" },
    put: {},
    want: ["RequireDualStack", "IPv4,IPv6", 2],
  },
  {
    on: "two",
    made: { ipFamilyPolicy: "SingleStack", ipFamilies: ["IPv6"] },
    put: {},
    want: ["SingleStack", "IPv6", 1],
  },
  // Other types.
  {
    on: "two",
    made: { ipFamilyPolicy: "RequireDualStack" },
    patch: { type: "NodePort" },
    want: ["RequireDualStack", "IPv4,IPv6", 2],
  },
  { on: "two", made: { ipFamilyPolicy: "RequireDualStack" }, patch: external, want: [undefined, "", 0] },
  {
    on: "two",
    made: external,
    patch: { type: "ClusterIP", externalName: null, ports },
    want: ["SingleStack", "IPv4", 1],
  },
  {
    on: "two",
    made: external,
    patch: { type: "ClusterIP", externalName: null, ports, ipFamilyPolicy: "PreferDualStack" },
    want: ["PreferDualStack", "IPv4,IPv6", 2],
  },
  {
    on: "two",
    made: { ...external, ipFamilyPolicy: "SingleStack" },
    want: ["FieldValueForbidden spec.ipFamilyPolicy"],
  },
];

/** The addresses of the service "a". */
function heldBy(list: Answered): number {
  const items = list.body.items as { spec: { parentRef: { name: string } } }[];
  return items.filter(({ spec }) => spec.parentRef.name === "a").length;
}

async function outcome(admin: Caller, { made, patch, put }: Row): Promise<Want> {
  const metadata = { name: "a" };
  let answer = await admin.post(path, { metadata, spec: { ports, ...made } });
  if (patch ?? put) {
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    answer = put
      ? await admin.put(`${path}/a`, { metadata, spec: { ports, ...put } })
      : await admin.patch(`${path}/a`, "merge-patch+json", { spec: patch });
  }
  const { spec, details } = answer.body;
  if (answer.status === 422)
    return details.causes.map((one: Record<string, string>) => `${one["reason"]} ${one["field"]}`);
  assert.ok(answer.status < 300, JSON.stringify(answer.body));
  const { ipFamilyPolicy, ipFamilies = [], clusterIPs = [], clusterIP } = spec;
  assert.equal(clusterIP, clusterIPs[0]);
  const held = heldBy(await admin.get("/apis/networking.k8s.io/v1/ipaddresses"));
  assert.equal(held, clusterIP === "None" ? 0 : clusterIPs.length);
  return [ipFamilyPolicy, ipFamilies.join(), clusterIPs.length];
}

for (const on of ["one", "two"] as const) {
  test(`a cluster of ${on === "one" ? "one family" : "two families"}: what services get, keep and are refused`, () =>
    serve(
      "families",
      async ({ admin }) => {
        for (const row of rows.filter((one) => one.on === on)) {
          assert.deepEqual(await outcome(admin, row), row.want, JSON.stringify(row));
          await admin.delete(`${path}/a`);
        }
      },
      on === "two" ? { serviceRange: "10.96.0.0/16,fd00:96::/108" } : {},
    ));
}
