/**
 * What a certificate says. OpenSSL parses and judges; only the issuer's name and key identifier are cut out
 * of the DER here, since a certificate must repeat them byte for byte.
 */
import { createPublicKey, X509Certificate } from "node:crypto";
import { type Subject, subjectOf } from "../subject.ts";
import { type DerElement, elementsOf, oid } from "./der.ts";
import { derOf } from "./pem.ts";
import { PkiError } from "./pki-error.ts";

/** What the rest of the house asks of a certificate. */
export interface CertificateFacts {
  readonly subject: Subject;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly dnsNames: readonly string[];
  /** In canonical form. */
  readonly ipAddresses: readonly string[];
  readonly publicKeyPem: string;
}

/** Reads the first certificate of a PEM text. Throws `malformed`. */
export function inspectCertificate(pem: string): CertificateFacts {
  const certificate = parse(pem);
  const subject = subjectOf(certificate.toLegacyObject().subject);
  if (subject === undefined)
    throw new PkiError("malformed", "Cannot read the certificate: its subject has several UIDs");
  const names = (certificate.subjectAltName ?? "").split(", ");
  const named = (prefix: string) =>
    names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  return {
    subject,
    notBeforeMs: certificate.validFromDate.getTime(),
    notAfterMs: certificate.validToDate.getTime(),
    dnsNames: named("DNS:"),
    ipAddresses: named("IP Address:"),
    publicKeyPem: certificate.publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
}

/** Whether `ca` has signed the certificate. Says nothing of time. */
export function isIssuedBy(certificatePem: string, caPem: string): boolean {
  const ca = parse(caPem);
  const certificate = parse(certificatePem);
  return certificate.checkIssued(ca) && certificate.verify(ca.publicKey);
}

/** Whether the certificate may sign others. */
export function isAuthority(pem: string): boolean {
  return parse(pem).ca;
}

/** The public half of a private key, as SPKI in PEM. Throws `malformed`. */
export function publicKeyOf(privateKeyPem: string): string {
  try {
    return createPublicKey(privateKeyPem).export({ type: "spki", format: "pem" }).toString();
  } catch (cause) {
    throw new PkiError("malformed", "Cannot read the private key", { cause });
  }
}

/** The subject's DER and the key identifier of a certificate. */
export function readNames(pem: string): {
  readonly subject: Uint8Array;
  readonly subjectKeyIdentifier: Uint8Array | undefined;
} {
  const [certificate] = elementsOf(derOf(pem));
  const [body] = elementsOf(certificate?.content ?? new Uint8Array());
  const fields = elementsOf(body?.content ?? new Uint8Array());
  const subject = fields[5];
  if (subject === undefined)
    throw new PkiError("malformed", "Cannot read the certificate: it has no subject");
  const extensions = fields.find((field) => field.tag === 0xa3);
  return { subject: subject.bytes, subjectKeyIdentifier: keyIdentifierIn(extensions) };
}

/** The key itself inside an SPKI: what identifiers are made from. */
export function publicKeyBytes(spki: Uint8Array): Uint8Array {
  const [info] = elementsOf(spki);
  const bits = elementsOf(info?.content ?? new Uint8Array())[1];
  return bits?.content.subarray(1) ?? new Uint8Array();
}

function keyIdentifierIn(extensions: DerElement | undefined): Uint8Array | undefined {
  const wanted = Buffer.from(oid("2.5.29.14"));
  const [list] = elementsOf(extensions?.content ?? new Uint8Array());
  for (const extension of elementsOf(list?.content ?? new Uint8Array())) {
    const parts = elementsOf(extension.content);
    if (parts[0] === undefined || !wanted.equals(parts[0].bytes)) continue;
    return elementsOf(parts.at(-1)?.content ?? new Uint8Array())[0]?.content;
  }
  return undefined;
}

function parse(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new PkiError("malformed", "Cannot read the certificate", { cause });
  }
}
