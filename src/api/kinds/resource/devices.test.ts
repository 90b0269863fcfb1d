/** Claims and classes of devices: a table of what is refused, and what updates and statuses may do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "../../codec/mod.ts";
import type { Resource } from "../../resource.ts";
import { ResourceClaim } from "../../types/resource/mod.ts";
import { causesOf, create, update } from "../create.suite.ts";
import { deviceClasses } from "./device-class.ts";
import { resourceClaimTemplates } from "./resource-claim-template.ts";
import { resourceClaims } from "./resource-claim.ts";

const gpu = { name: "gpu", exactly: { deviceClassName: "gpu.example.com" } };
const either = {
  name: "any",
  firstAvailable: [
    { name: "big", deviceClassName: "big.example.com" },
    { name: "small", deviceClassName: "small.example.com" },
  ],
};
const opaque = { driver: "gpu.example.com", parameters: { kind: "x" } };

interface Row {
  readonly name: string;
  readonly of: Resource;
  readonly spec: object;
  readonly causes: readonly string[];
}

function row<T>(name: string, of: T, spec: object, ...causes: readonly string[]): Row {
  return { name, of: of as Resource, spec, causes: [...causes].sort() };
}

function claimRow(name: string, devices: object, ...causes: readonly string[]): Row {
  return row(
    `A claim with ${name}`,
    resourceClaims,
    { devices: { requests: [gpu, either], ...devices } },
    ...causes.map((cause) => cause.replace("~", "spec.devices")),
  );
}

function tolerating(...tolerations: readonly object[]): object {
  return { requests: [{ name: "gpu", exactly: { ...gpu.exactly, tolerations } }] };
}

const rows: readonly Row[] = [
  claimRow("all there is", {
    constraints: [{ requests: ["gpu", "any/big"], matchAttribute: "gpu.example.com/numa" }],
    config: [{ requests: ["any"], opaque }],
  }),
  claimRow(
    "two requests of one name, of which the second is bad",
    { requests: [gpu, { name: "gpu", exactly: { deviceClassName: "" } }] },
    "FieldValueDuplicate ~.requests[1]",
    "FieldValueRequired ~.requests[1].exactly.deviceClassName",
  ),
  claimRow(
    "two alternatives of one name",
    { requests: [{ name: "any", firstAvailable: [either.firstAvailable[0], either.firstAvailable[0]] }] },
    "FieldValueDuplicate ~.requests[0].firstAvailable[1]",
  ),
  claimRow(
    "both kinds of request at once, which are looked at no further",
    { requests: [{ ...either, exactly: { deviceClassName: "" } }] },
    "FieldValueInvalid ~.requests[0]",
  ),
  claimRow(
    "references to what is not there",
    { constraints: [{ requests: ["tpu", "any/tiny", "a/b/c", "gpu", "gpu"], matchAttribute: "a/b" }] },
    "FieldValueInvalid ~.constraints[0].requests[0]",
    "FieldValueInvalid ~.constraints[0].requests[1]",
    "FieldValueInvalid ~.constraints[0].requests[2]",
    "FieldValueDuplicate ~.constraints[0].requests[4]",
  ),
  claimRow(
    "constraints on nothing, and on names without domain or sense",
    { constraints: [{}, { matchAttribute: "numa" }, { distinctAttribute: "a/1" }] },
    "FieldValueRequired ~.constraints[0]",
    "FieldValueInvalid ~.constraints[1].matchAttribute",
    "FieldValueInvalid ~.constraints[2].distinctAttribute",
  ),
  claimRow(
    "configuration for nobody",
    {
      config: [{}, { opaque: { driver: "", parameters: null } }, { opaque: { ...opaque, parameters: "x" } }],
    },
    "FieldValueRequired ~.config[0].opaque",
    "FieldValueRequired ~.config[1].opaque.driver",
    "FieldValueRequired ~.config[1].opaque.parameters",
    "FieldValueInvalid ~.config[2].opaque.parameters",
  ),
  claimRow(
    "much configuration",
    { config: [{ opaque: { ...opaque, parameters: { a: "x".repeat(10_240) } } }] },
    "FieldValueTooLong ~.config[0].opaque.parameters",
  ),
  claimRow(
    "tolerations without sense",
    tolerating(
      { key: "!", operator: "Exists", value: "v" },
      { key: "a", value: "!", effect: "Now" },
      { operator: "Like" },
    ),
    "FieldValueInvalid ~.requests[0].exactly.tolerations[0].key",
    "FieldValueInvalid ~.requests[0].exactly.tolerations[0].value",
    "FieldValueInvalid ~.requests[0].exactly.tolerations[1].value",
    "FieldValueNotSupported ~.requests[0].exactly.tolerations[1].effect",
    "FieldValueNotSupported ~.requests[0].exactly.tolerations[2].operator",
  ),
  claimRow("too many requests", { requests: Array(33).fill(gpu) }, "FieldValueTooMany ~.requests"),
  row(
    "A template with bad labels",
    resourceClaimTemplates,
    { metadata: { labels: { a: "!" }, annotations: { "!": "" } }, spec: { devices: { requests: [gpu] } } },
    "FieldValueInvalid spec.metadata.annotations",
    "FieldValueInvalid spec.metadata.labels",
  ),
  row(
    "A class with configuration for nobody, and a resource of Kubernetes' own",
    deviceClasses,
    { config: [{}], extendedResourceName: "kubernetes.io/gpu" },
    "FieldValueRequired spec.config[0].opaque",
    "FieldValueInvalid spec.extendedResourceName",
  ),
];

for (const { name, of, spec, causes } of rows) {
  test(name, () => assert.deepEqual(causesOf(create(of, { spec })), causes));
}

const id = { driver: "gpu.example.com", pool: "p", device: "d" };
const allocation = { devices: { results: [{ request: "gpu", ...id }] } };
const user = { resource: "pods", name: "a", uid: "1" };

function statusRow(before: object, after: object, deleted = false): string[] {
  const { object } = create(resourceClaims, { spec: { devices: { requests: [gpu] } } });
  const read = (status: object) => decode(ResourceClaim, { metadata: { name: "a" }, status }).object.status;
  const old = { ...object, status: read(before) };
  if (deleted) old.metadata = { ...old.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" };
  const change = (draft: ResourceClaim) => Object.assign(draft, { status: read(after) });
  return update(resourceClaims, old, change, "status").errors.sort();
}

test("A claim is used once it is allocated, and no more while it goes", () => {
  assert.deepEqual(statusRow({}, { allocation, reservedFor: [user] }), []);
  assert.deepEqual(statusRow({}, { reservedFor: [user] }), ["FieldValueForbidden status.reservedFor"]);
  assert.deepEqual(statusRow({ allocation }, { allocation, reservedFor: [user] }, true), [
    "FieldValueForbidden status.reservedFor",
  ]);
  assert.deepEqual(statusRow({ allocation }, { allocation, reservedFor: [user, user] }), [
    "FieldValueDuplicate status.reservedFor[1]",
  ]);
});

test("An allocation names devices of requests that are there, and never changes", () => {
  const bad = { request: "tpu", driver: "", pool: "", device: "D", shareID: "x" };
  assert.deepEqual(
    statusRow({}, { allocation: { devices: { results: [bad], config: [{ source: "x" }] } } }),
    [
      "FieldValueInvalid status.allocation.devices.results[0].device",
      "FieldValueInvalid status.allocation.devices.results[0].request",
      "FieldValueInvalid status.allocation.devices.results[0].shareID",
      "FieldValueNotSupported status.allocation.devices.config[0].source",
      "FieldValueRequired status.allocation.devices.config[0].opaque",
      "FieldValueRequired status.allocation.devices.results[0].driver",
      "FieldValueRequired status.allocation.devices.results[0].pool",
    ],
  );
  assert.deepEqual(statusRow({ allocation }, { allocation: { devices: {} } }), [
    "FieldValueInvalid status.allocation",
  ]);
});

test("Drivers tell of allocated devices; what they told goes with the device", () => {
  assert.deepEqual(statusRow({ allocation }, { allocation, devices: [id, { ...id, device: "e" }] }), [
    "FieldValueInvalid status.devices[1]",
  ]);
  assert.deepEqual(statusRow({ allocation, devices: [id] }, { devices: [id] }), []);
  const networkData = { interfaceName: "x".repeat(257), ips: ["10.0.0.1", "10.0.0.1/24", "::0/64"] };
  assert.deepEqual(
    statusRow(
      { allocation },
      { allocation, devices: [{ ...id, data: [1], networkData, conditions: [{ type: "A" }] }] },
    ),
    [
      "FieldValueInvalid status.devices[0].data",
      "FieldValueInvalid status.devices[0].networkData.ips[0]",
      "FieldValueInvalid status.devices[0].networkData.ips[2]",
      "FieldValueNotSupported status.devices[0].conditions[0].status",
      "FieldValueRequired status.devices[0].conditions[0].lastTransitionTime",
      "FieldValueRequired status.devices[0].conditions[0].reason",
      "FieldValueTooLong status.devices[0].networkData.interfaceName",
    ],
  );
});
