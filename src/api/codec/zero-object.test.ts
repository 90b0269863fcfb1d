/** Objects before anything is set. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Type } from "../schema/mod.ts";
import { Deployment } from "../types/apps/mod.ts";
import { CertificateSigningRequest } from "../types/certificates/mod.ts";
import { ConfigMap, Pod } from "../types/core/mod.ts";
import { EndpointSlice } from "../types/discovery/mod.ts";
import { ClusterRole } from "../types/rbac/mod.ts";
import { encodeMessage } from "./protobuf.ts";
import { zeroObject } from "./zero-object.ts";

const template = { metadata: {}, spec: { containers: null } };
const rows: readonly (readonly [type: Type, rest: object])[] = [
  [ConfigMap, {}],
  [Pod, { spec: { containers: null }, status: {} }],
  [Deployment, { spec: { selector: null, template, strategy: {} }, status: {} }],
  [ClusterRole, { rules: null }],
  [EndpointSlice, { addressType: "", endpoints: null, ports: null }],
  [CertificateSigningRequest, { spec: { request: null, signerName: "" }, status: {} }],
];

for (const [type, rest] of rows) {
  test(`zeroObject() of ${type.name} has what always prints, and no lists`, () => {
    const { kind, apiVersion: _version, metadata, ...others } = zeroObject(type) as Record<string, unknown>;
    assert.equal(kind, type.name);
    assert.deepEqual(metadata, {});
    assert.deepEqual(others, rest);
    assert.ok(encodeMessage(type, zeroObject(type)).length > 0);
  });
}
