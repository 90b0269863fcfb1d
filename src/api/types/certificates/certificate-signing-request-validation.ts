/** Validation of certificate signing requests: a readable request, usages, a signer's name, conditions. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { dnsSubdomain, fullyQualifiedDomainName } from "../../names/dns.ts";
import { pathSegmentName } from "../../names/object-name.ts";
import { sameField } from "../../same-of.ts";
import {
  type CertificateSigningRequest,
  type CertificateSigningRequestSpec,
  CertificateSigningRequestStatus,
} from "./certificate-signing-request.ts";
import { isCertificates, isSigningRequest } from "./signing-request.ts";

const usages = [
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
];
const minSeconds = 600;
/** A domain, `/`, and a path of labels. */
const maxSignerBytes = 571;
const verdicts: readonly string[] = ["Approved", "Denied"];
const conditionTypes: readonly string[] = [...verdicts, "Failed"];
const conditionsPath = "status.conditions";

export function validateSigningRequest({ spec }: CertificateSigningRequest, errors: FieldErrors): void {
  if (!isSigningRequest(spec.request))
    errors.invalid("spec.request", spec.request, "must be a PEM block of type CERTIFICATE REQUEST");
  validateUsages(spec, errors);
  validateSigner(spec.signerName, "spec.signerName", errors);
  const seconds = spec.expirationSeconds;
  if (seconds !== undefined && seconds < minSeconds) {
    errors.invalid(
      "spec.expirationSeconds",
      seconds,
      `may not specify a duration less than ${minSeconds} seconds`,
    );
  }
}

function validateUsages(spec: CertificateSigningRequestSpec, errors: FieldErrors): void {
  const given = spec.usages ?? [];
  if (given.length === 0) errors.required("spec.usages");
  for (const [i, usage] of given.entries()) {
    const path = at("spec.usages", i);
    if (!usages.includes(usage)) errors.notSupported(path, usage, usages);
    if (given.indexOf(usage) < i) errors.duplicate(path, usage);
  }
}

function validateSigner(signer: string, path: string, errors: FieldErrors): void {
  if (signer === "") return errors.required(path);
  const [domain = "", ...rest] = signer.split("/");
  if (rest.length === 0) return errors.invalid(path, signer, "must be a domain and a path joined by '/'");
  errors.invalidEach(path, domain, fullyQualifiedDomainName(domain));
  const steps = rest.join("/").split(".");
  for (const step of steps) {
    errors.invalidEach(
      path,
      step,
      [...pathSegmentName(step, false), ...dnsSubdomain(step.toLowerCase())].slice(0, 1),
    );
  }
  if (signer.length > maxSignerBytes) errors.tooLong(path, maxSignerBytes);
}

/** What an update may do beside writing metadata. */
interface Rights {
  /** Approve or deny. */
  readonly judges?: boolean;
  /** Set the certificate, once. */
  readonly signs?: boolean;
}

export function validateSigningRequestUpdate(
  request: CertificateSigningRequest,
  old: CertificateSigningRequest,
  errors: FieldErrors,
): void {
  validateChange(request, old, errors, {});
}

export function validateApproval(
  request: CertificateSigningRequest,
  old: CertificateSigningRequest,
  errors: FieldErrors,
): void {
  validateChange(request, old, errors, { judges: true });
}

export function validateSigned(
  request: CertificateSigningRequest,
  old: CertificateSigningRequest,
  errors: FieldErrors,
): void {
  validateChange(request, old, errors, { signs: true });
}

function validateChange(
  request: CertificateSigningRequest,
  old: CertificateSigningRequest,
  errors: FieldErrors,
  { judges = false, signs = false }: Rights,
): void {
  validateSigningRequest(request, errors);
  validateConditions(request, errors);
  const { certificate } = request.status;
  const before = old.status.certificate;
  const isKept = (certificate ?? "") === (before ?? "");
  if (certificate && !isKept && !isCertificates(certificate))
    errors.invalid("status.certificate", null, "must be PEM blocks of type CERTIFICATE without headers");
  for (const type of conditionTypes)
    validateConditionChange(type, request, old, errors, judges || type === "Failed");
  if (isKept) return;
  if (!signs) errors.forbidden("status.certificate", "updates may not set certificate content");
  else if (before)
    errors.forbidden("status.certificate", "updates may not modify existing certificate content");
}

function validateConditions({ status }: CertificateSigningRequest, errors: FieldErrors): void {
  const seen = new Set<string>();
  for (const [i, one] of (status.conditions ?? []).entries()) {
    const path = at(conditionsPath, i);
    if (one.type === "") errors.required(at(path, "type"));
    const allowed = conditionTypes.includes(one.type) ? ["True"] : ["False", "True", "Unknown"];
    if (!one.status) errors.required(at(path, "status"));
    else if (!allowed.includes(one.status)) errors.notSupported(at(path, "status"), one.status, allowed);
    const other = verdicts.find((verdict) => verdicts.includes(one.type) && verdict !== one.type);
    if (other !== undefined && seen.has(other))
      errors.invalid(conditionsPath, one.type, "Approved and Denied conditions are mutually exclusive");
    if (seen.has(one.type)) errors.duplicate(at(path, "type"), one.type);
    seen.add(one.type);
  }
}

/** A verdict and a failure stay; a verdict comes and changes by approval only. */
function validateConditionChange(
  type: string,
  request: CertificateSigningRequest,
  old: CertificateSigningRequest,
  errors: FieldErrors,
  free: boolean,
): void {
  const ofType = ({ status }: CertificateSigningRequest) =>
    (status.conditions ?? []).filter((condition) => condition.type === type);
  const [now, before] = [ofType(request), ofType(old)];
  const change = now.length - before.length;
  const refuse = (verb: string): void =>
    errors.forbidden(conditionsPath, `updates may not ${verb} a condition of type ${JSON.stringify(type)}`);
  if (change < 0) refuse("remove");
  else if (free) return;
  else if (change > 0) refuse("add");
  else if (
    !sameField(CertificateSigningRequestStatus, "conditions", { conditions: now }, { conditions: before })
  )
    refuse("modify");
}
