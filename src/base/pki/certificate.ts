/**
 * Issues X.509 v3 certificates (RFC 5280) on P-256 keys, by `Env.crypto` and `Env.clock` alone:
 * synchronous, and in simulation the same for a seed. Ours rather than a library's: the one at hand takes
 * 120 ms and 23 MB to load, replaces globals, and signs on the thread pool. Reading is OpenSSL's
 * (`certificate-facts.ts`).
 */
import type { Env } from "../env.ts";
import { type Subject, uidAttribute } from "../subject.ts";
import { isAuthority, publicKeyBytes, publicKeyOf, readNames } from "./certificate-facts.ts";
import {
  bitString,
  boolean,
  integer,
  octetString,
  oid,
  sequence,
  set,
  tagged,
  time,
  utf8String,
} from "./der.ts";
import { addressBytes } from "./ip-address.ts";
import { derOf, pemOf } from "./pem.ts";
import { PkiError } from "./pki-error.ts";

/** A certificate and the key that it is for, both in PEM. */
export interface KeyedCertificate {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

export interface CertificateRequest {
  readonly subject: Subject;
  readonly usages: readonly ("client" | "server")[];
  /** For servers: the names and addresses that clients may call it by. */
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  /** Life from now. */
  readonly days: number;
}

/** Clocks of other machines may be behind ours by this much. */
const backdateMs = 5 * 60_000;
const dayMs = 86_400_000;

/** A self-signed authority with a key of its own, or with `privateKeyPem`. */
export function createCa(
  env: Env,
  options: { readonly commonName: string; readonly days: number; readonly privateKeyPem?: string },
): KeyedCertificate {
  const privateKeyPem = options.privateKeyPem ?? env.crypto.generateKeyPair().privateKeyPem;
  const name = nameOf({ commonName: options.commonName, organizations: [] });
  const publicKey = derOf(publicKeyOf(privateKeyPem));
  const extensions = [
    extension("2.5.29.15", true, keyUsage({ signsCertificates: true })),
    extension("2.5.29.19", true, sequence(boolean(true))),
    extension("2.5.29.14", false, octetString(keyIdentifier(env, publicKey))),
    extension("2.5.29.17", false, alternativeNames([options.commonName], [])),
  ];
  const certificate = sign(env, privateKeyPem, {
    issuer: name,
    name,
    publicKey,
    days: options.days,
    extensions,
  });
  return { certificatePem: certificate, privateKeyPem };
}

/** A certificate signed by `ca`, with a new key. Throws `malformed` when `ca` is no authority. */
export function issue(env: Env, ca: KeyedCertificate, request: CertificateRequest): KeyedCertificate {
  const { privateKeyPem, publicKeyPem } = env.crypto.generateKeyPair();
  return { certificatePem: certify(env, ca, request, publicKeyPem), privateKeyPem };
}

/** A certificate signed by `ca` for somebody else's key (SPKI in PEM). */
function certify(env: Env, ca: KeyedCertificate, request: CertificateRequest, publicKeyPem: string): string {
  if (!isAuthority(ca.certificatePem)) {
    throw new PkiError(
      "malformed",
      `Cannot issue "${request.subject.commonName}": the issuer is no authority`,
    );
  }
  const issuer = readNames(ca.certificatePem);
  const { dnsNames = [], ipAddresses = [] } = request;
  const extensions = [
    extension("2.5.29.15", true, keyUsage({ signsCertificates: false })),
    extension("2.5.29.37", false, sequence(...request.usages.map((usage) => oid(extendedUsages[usage])))),
    extension("2.5.29.19", true, sequence()),
  ];
  if (issuer.subjectKeyIdentifier !== undefined) {
    const authority = sequence(tagged(0, issuer.subjectKeyIdentifier, "implicit"));
    extensions.push(extension("2.5.29.35", false, authority));
  }
  if (dnsNames.length + ipAddresses.length > 0) {
    extensions.push(extension("2.5.29.17", false, alternativeNames(dnsNames, ipAddresses)));
  }
  return sign(env, ca.privateKeyPem, {
    issuer: issuer.subject,
    name: nameOf(request.subject),
    publicKey: derOf(publicKeyPem),
    days: request.days,
    extensions,
  });
}

const extendedUsages = { client: "1.3.6.1.5.5.7.3.2", server: "1.3.6.1.5.5.7.3.1" } as const;
const ecdsaWithSha256 = sequence(oid("1.2.840.10045.4.3.2"));

interface CertificateParts {
  readonly issuer: Uint8Array;
  readonly name: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly days: number;
  readonly extensions: readonly Uint8Array[];
}

function sign(env: Env, privateKeyPem: string, parts: CertificateParts): string {
  const nowMs = env.clock.now();
  const serial = Buffer.from(env.crypto.randomBytes(16));
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40; // Positive, and always of the same length.
  const body = sequence(
    tagged(0, integer(Uint8Array.of(2)), "explicit"),
    integer(serial),
    ecdsaWithSha256,
    parts.issuer,
    sequence(time(nowMs - backdateMs), time(nowMs + parts.days * dayMs)),
    parts.name,
    parts.publicKey,
    tagged(3, sequence(...parts.extensions), "explicit"),
  );
  const signature = env.crypto.sign(privateKeyPem, body);
  const pair = sequence(integer(signature.subarray(0, 32)), integer(signature.subarray(32)));
  return pemOf("CERTIFICATE", sequence(body, ecdsaWithSha256, bitString(pair)));
}

function nameOf(subject: Subject): Uint8Array {
  const attribute = (type: string, value: string) => set(sequence(oid(type), utf8String(value)));
  return sequence(
    ...subject.organizations.map((organization) => attribute("2.5.4.10", organization)),
    attribute("2.5.4.3", subject.commonName),
    ...(subject.uid === undefined ? [] : [attribute(uidAttribute, subject.uid)]),
  );
}

function extension(id: string, critical: boolean, value: Uint8Array): Uint8Array {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

/** digitalSignature is bit 0, keyEncipherment bit 2, keyCertSign bit 5. */
function keyUsage(options: { readonly signsCertificates: boolean }): Uint8Array {
  return options.signsCertificates
    ? bitString(Uint8Array.of(0b10100100), 2)
    : bitString(Uint8Array.of(0b10100000), 5);
}

function alternativeNames(dnsNames: readonly string[], ipAddresses: readonly string[]): Uint8Array {
  return sequence(
    ...dnsNames.map((name) => tagged(2, Buffer.from(name, "latin1"), "implicit")),
    ...ipAddresses.map((address) => tagged(7, addressBytes(address), "implicit")),
  );
}

/** RFC 7093 §2 method 1: the first 160 bits of the key's SHA-256. */
function keyIdentifier(env: Env, publicKey: Uint8Array): Uint8Array {
  return env.crypto.sha256(publicKeyBytes(publicKey)).subarray(0, 20);
}
