/** Validation of certificate signing requests: a readable request, usages, a signer's name, conditions. */
import { same } from "../../equal.ts";
import { at, type FieldErrors } from "../../field-errors.ts";
import { dnsSubdomain, fullyQualifiedDomainName } from "../../names/dns.ts";
import { pathSegmentName } from "../../names/object-name.ts";
import type {
  CertificateSigningRequest,
  CertificateSigningRequestSpec,
} from "./certificate-signing-request.ts";
import { isSigningRequest } from "./signing-request.ts";

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
const conditionTypes = ["Approved", "Denied", "Failed"];

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

export function validateSigningRequestUpdate(
  request: CertificateSigningRequest,
  old: CertificateSigningRequest,
  errors: FieldErrors,
): void {
  validateSigningRequest(request, errors);
  if (!same(request.spec, old.spec)) errors.invalid("spec", null, "field is immutable");
  validateConditions(request, old, errors, { mayAdd: [] });
  if (!same(request.status.certificate, old.status.certificate)) {
    errors.forbidden("status.certificate", "updates may not set or change the certificate");
  }
}

/** Approval adds or changes the verdict. */
export function validateApproval(
  request: CertificateSigningRequest,
  old: CertificateSigningRequest,
  errors: FieldErrors,
): void {
  validateConditions(request, old, errors, { mayAdd: ["Approved", "Denied"] });
  const types = (request.status.conditions ?? []).map((one) => one.type);
  if (types.includes("Approved") && types.includes("Denied")) {
    errors.invalid("status.conditions", types, "Approved and Denied conditions are mutually exclusive");
  }
}

/** The signer writes the certificate once. */
export function validateSigned(
  request: CertificateSigningRequest,
  old: CertificateSigningRequest,
  errors: FieldErrors,
): void {
  validateConditions(request, old, errors, { mayAdd: ["Failed"] });
  const before = old.status.certificate;
  if (before && !same(request.status.certificate, before))
    errors.forbidden("status.certificate", "may not be changed once set");
}

function validateConditions(
  request: CertificateSigningRequest,
  old: CertificateSigningRequest,
  errors: FieldErrors,
  rules: { readonly mayAdd: readonly string[] },
): void {
  const path = "status.conditions";
  const seen = new Set<string>();
  for (const [i, one] of (request.status.conditions ?? []).entries()) {
    if (one.type === "") errors.required(at(at(path, i), "type"));
    if (seen.has(one.type)) errors.duplicate(at(at(path, i), "type"), one.type);
    seen.add(one.type);
    if (conditionTypes.includes(one.type) && one.status !== "True") {
      errors.notSupported(at(at(path, i), "status"), one.status, ["True"]);
    }
  }
  for (const type of conditionTypes) {
    const of = (all: CertificateSigningRequest) => all.status.conditions?.find((one) => one.type === type);
    const [now, before] = [of(request), of(old)];
    if (before !== undefined && now === undefined)
      errors.forbidden(path, `updates may not remove a condition of type "${type}"`);
    else if (before === undefined && now !== undefined && !rules.mayAdd.includes(type)) {
      errors.forbidden(path, `updates may not add a condition of type "${type}"`);
    }
  }
}
