/** CertificateSigningRequest: a request for a certificate, approved by one and signed by another. */
import { humanDuration } from "../../human-duration.ts";
import { pathSegmentName } from "../../names/object-name.ts";
import type { RequestContext, Resource } from "../../resource.ts";
import { rfc3339 } from "../../time.ts";
import { CertificateSigningRequest } from "../../types/certificates/mod.ts";
import {
  validateApproval,
  validateSigned,
  validateSigningRequest,
  validateSigningRequestUpdate,
} from "../../types/certificates/certificate-signing-request-validation.ts";
import { age, name, text } from "../columns.ts";
import { clearStatus, define, keepStatus } from "../define.ts";

export const certificateSigningRequests: Resource<CertificateSigningRequest> = define({
  type: CertificateSigningRequest,
  plural: "certificatesigningrequests",
  namespaced: false,
  shortNames: ["csr"],
  strategy: {
    name: pathSegmentName,
    resetFields: {
      "": [["spec"], ["status"]],
      status: [["spec"], ["status", "conditions"]],
      approval: [["spec"], ["status", "certificate"]],
    },
    /** Who asks is what the server knows, not what the request says. */
    prepareForCreate(draft, { userName, user }) {
      clearStatus(draft);
      const { username: _, uid: __, groups: ___, extra: ____, ...spec } = draft.spec;
      draft.spec = { ...spec, username: userName };
      if (user?.uid) draft.spec.uid = user.uid;
      if (user?.groups.length) draft.spec.groups = [...user.groups];
      const extra = Object.entries(user?.extra ?? {}).map(([key, values]) => [key, [...values]]);
      if (extra.length > 0) draft.spec.extra = Object.fromEntries(extra);
    },
    prepareForUpdate(draft, old) {
      draft.spec = old.spec;
      keepStatus(draft, old);
    },
    metadataOnUpdate: ["whole", "changes"],
    validateCreate: validateSigningRequest,
    validateUpdate: validateSigningRequestUpdate,
  },
  status: {
    verbs: ["get", "patch", "update"],
    prepareForUpdate(draft, old, context) {
      draft.spec = old.spec;
      keepVerdicts(draft, old);
      fillTimes(draft, old, context);
    },
    metadataOnUpdate: ["whole", "changes"],
    validateUpdate: validateSigned,
  },
  objectSubresources: {
    approval: {
      verbs: ["get", "patch", "update"],
      prepareForUpdate(draft, old, context) {
        draft.spec = old.spec;
        fillTimes(draft, old, context);
        const conditions = draft.status.conditions;
        draft.status = { ...old.status };
        if (conditions !== undefined) draft.status.conditions = conditions;
      },
      metadataOnUpdate: ["whole", "changes"],
      validateUpdate: validateApproval,
    },
  },
  selectableFields: { "spec.signerName": ({ spec }) => spec.signerName },
  columns: [
    name,
    age,
    text("SignerName", ({ spec }) => spec.signerName || "<none>"),
    text("Requestor", ({ spec }) => spec.username ?? ""),
    text("RequestedDuration", ({ spec }) =>
      spec.expirationSeconds === undefined ? "<none>" : humanDuration(spec.expirationSeconds * 1000),
    ),
    text("Condition", (object) => conditionText(object)),
  ],
});

/** Who signs leaves what was said of approval; adding and removing are for the validation to refuse. */
function keepVerdicts({ status }: CertificateSigningRequest, old: CertificateSigningRequest): void {
  for (const type of ["Approved", "Denied"]) {
    const { conditions = [] } = status;
    const before = (old.status.conditions ?? []).filter((one) => one.type === type);
    const now = conditions.filter((one) => one.type === type);
    if (now.length > 0 && now.length === before.length)
      status.conditions = conditions.map((one) => before[now.indexOf(one)] ?? one);
  }
}

/** Times that are not said are those of this update, or of the condition that was there. */
function fillTimes(
  { status }: CertificateSigningRequest,
  old: CertificateSigningRequest,
  context: RequestContext,
): void {
  if (status.conditions === undefined) return;
  const now = rfc3339(context.now);
  status.conditions = status.conditions.map((one) => {
    const before = old.status.conditions?.find(
      ({ type, status: value }) => type === one.type && value === one.status,
    );
    return {
      ...one,
      lastUpdateTime: one.lastUpdateTime ?? now,
      lastTransitionTime: one.lastTransitionTime ?? before?.lastTransitionTime ?? now,
    };
  });
}

function conditionText({ status }: CertificateSigningRequest): string {
  const types = (status.conditions ?? []).map((one) => one.type);
  const verdict = ["Denied", "Approved"].find((one) => types.includes(one)) ?? "Pending";
  const more = [types.includes("Failed") ? "Failed" : "", status.certificate ? "Issued" : ""];
  return [verdict, ...more].filter((one) => one !== "").join(",");
}
