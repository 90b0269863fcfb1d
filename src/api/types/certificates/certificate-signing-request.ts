/**
 * Certificate signing requests.
 * A table of certificates.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  boxed,
  by,
  bytes,
  enumOf,
  known,
  field,
  int32,
  kind,
  list,
  map,
  message,
  nullable,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
  time,
  type Value,
} from "../../schema/mod.ts";
import { ConditionStatus } from "../meta/condition.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export type KeyUsage = Value<typeof KeyUsage>;
export const KeyUsage = enumOf(
  "any",
  "cert sign",
  "client auth",
  "code signing",
  "content commitment",
  "crl sign",
  "data encipherment",
  "decipher only",
  "digital signature",
  "email protection",
  "encipher only",
  "ipsec end system",
  "ipsec tunnel",
  "ipsec user",
  "key agreement",
  "key encipherment",
  "microsoft sgc",
  "netscape sgc",
  "ocsp signing",
  "s/mime",
  "server auth",
  "signing",
  "timestamping",
);

export interface CertificateSigningRequestSpec extends Shape<typeof CertificateSigningRequestSpec>, Plain {}
export const CertificateSigningRequestSpec = message<CertificateSigningRequestSpec>(
  "CertificateSigningRequestSpec",
)({
  request: field(1, bytes),
  signerName: field(7, string),
  expirationSeconds: optional(8, int32),
  usages: omitempty(5, atomic(KeyUsage)),
  username: omitempty(2, string),
  uid: omitempty(3, string),
  groups: omitempty(4, atomic(string)),
  extra: omitempty(6, map(boxed(list(string)))),
});

export type RequestConditionType = Value<typeof RequestConditionType>;
export const RequestConditionType = known("Approved", "Denied", "Failed");

export interface CertificateSigningRequestCondition
  extends Shape<typeof CertificateSigningRequestCondition>,
    Plain {}
export const CertificateSigningRequestCondition = message<CertificateSigningRequestCondition>(
  "CertificateSigningRequestCondition",
)({
  type: field(1, RequestConditionType),
  status: field(6, ConditionStatus),
  reason: omitempty(2, string),
  message: omitempty(3, string),
  lastUpdateTime: nullable(4, time),
  lastTransitionTime: nullable(5, time),
});

export interface CertificateSigningRequestStatus
  extends Shape<typeof CertificateSigningRequestStatus>,
    Plain {}
export const CertificateSigningRequestStatus = message<CertificateSigningRequestStatus>(
  "CertificateSigningRequestStatus",
)({
  conditions: omitempty(1, by("type", CertificateSigningRequestCondition)),
  certificate: omitempty(2, bytes),
});

export interface CertificateSigningRequest extends Shape<typeof CertificateSigningRequest>, Plain {}
export const CertificateSigningRequest = kind<CertificateSigningRequest>(
  "certificates.k8s.io/v1",
  "CertificateSigningRequest",
)({
  metadata: struct(1, ObjectMeta),
  spec: field(2, CertificateSigningRequestSpec),
  status: struct(3, CertificateSigningRequestStatus),
});

export type CertificateSigningRequestList = KubeList<CertificateSigningRequest>;
export const CertificateSigningRequestList = kindList(CertificateSigningRequest);
