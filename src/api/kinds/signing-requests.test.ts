/** Who may say what of a certificate signing request, and the times that the server fills in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition as Condition,
} from "../types/certificates/mod.ts";
import { certificateSigningRequests } from "./certificates/certificate-signing-request.ts";
import { context, create, update } from "./create.suite.ts";

/** The outer shape that requests and certificates have in common. */
const der = Buffer.from("300c300502010030003000030100", "hex").toString("base64");
const pem = (label: string, body = der): string =>
  Buffer.from(`-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`).toString("base64");
const now = new Date(context.now).toISOString().replace(".000", "");
const earlier = "2025-01-01T00:00:00Z";
const conditions = "FieldValueForbidden status.conditions";

function made(
  ...has: readonly Partial<Condition>[]
): CertificateSigningRequest & { status: { conditions: Condition[] } } {
  const spec = { request: pem("CERTIFICATE REQUEST"), signerName: "example.com/a", usages: ["client auth"] };
  const { object } = create(certificateSigningRequests, { spec });
  return { ...object, status: { conditions: has as Condition[] } };
}

function said(type: string, more: Partial<Condition> = {}): Condition {
  return { type, status: "True", lastUpdateTime: earlier, lastTransitionTime: earlier, ...more };
}

/** The causes of writing these conditions, by which door. */
function causes(
  old: ReturnType<typeof made>,
  door: string,
  ...written: readonly Partial<Condition>[]
): string[] {
  const change = (draft: typeof old): void => void (draft.status.conditions = written as Condition[]);
  return update(certificateSigningRequests, old as never, change as never, door).errors;
}

test("A verdict comes by approval, stays, and is one", () => {
  assert.deepEqual(causes(made(), "approval", said("Approved")), []);
  assert.deepEqual(causes(made(said("Approved")), "approval"), [conditions]);
  const both = causes(made(said("Approved")), "approval", said("Approved"), said("Denied"));
  assert.deepEqual(both, ["FieldValueInvalid status.conditions"]);
  assert.deepEqual(causes(made(), "status", said("Approved")), [conditions]);
  assert.deepEqual(causes(made(said("Approved")), "status", said("Failed")), [conditions]);
});

test("Conditions have a type and a status, verdicts that of being so", () => {
  const odd = [{ type: "", status: "True" }, { type: "A" }, { type: "A", status: "Maybe" }];
  assert.deepEqual(causes(made(), "status", ...odd, said("Failed", { status: "False" })), [
    "FieldValueRequired status.conditions[0].type",
    "FieldValueRequired status.conditions[1].status",
    "FieldValueNotSupported status.conditions[2].status",
    "FieldValueDuplicate status.conditions[2].type",
    "FieldValueNotSupported status.conditions[3].status",
  ]);
});

test("Who signs leaves the verdict as it was, and the server fills in times", () => {
  const old = made(said("Approved", { reason: "Known" }));
  const { draft, errors } = update(
    certificateSigningRequests,
    old as never,
    ((one: typeof old) => {
      one.status.conditions = [
        { type: "Approved", status: "True" },
        { type: "Failed", status: "True" },
      ] as Condition[];
    }) as never,
    "status",
  );
  assert.deepEqual(errors, []);
  assert.deepEqual((draft as typeof old).status.conditions, [
    old.status.conditions[0],
    { type: "Failed", status: "True", lastUpdateTime: now, lastTransitionTime: now },
  ]);
});

const certificates: readonly (readonly [
  name: string,
  certificate: string,
  before: string,
  causes: readonly string[],
])[] = [
  ["certificates", pem("CERTIFICATE"), "", []],
  [
    "a second one",
    pem("CERTIFICATE"),
    pem("CERTIFICATE", `${der}\n`),
    ["FieldValueForbidden status.certificate"],
  ],
  ["a request", pem("CERTIFICATE REQUEST"), "", ["FieldValueInvalid status.certificate"]],
  ["a header", pem("CERTIFICATE", `A: b\n\n${der}`), "", ["FieldValueInvalid status.certificate"]],
  ["no PEM", Buffer.from("x").toString("base64"), "", ["FieldValueInvalid status.certificate"]],
];

for (const [name, certificate, before, expected] of certificates)
  test(`A signer writes certificates once, and nothing else: ${name}`, () => {
    const old = made();
    Object.assign(old.status, before === "" ? {} : { certificate: before });
    const change = (draft: typeof old): void => void Object.assign(draft.status, { certificate });
    const { errors } = update(certificateSigningRequests, old as never, change as never, "status");
    assert.deepEqual(errors, expected);
  });
