/** What TLS proved about a client: the subject of a certificate that chains to the authorities of clients or of front proxies. */
import { X509Certificate } from "node:crypto";
import type { DetailedPeerCertificate, TLSSocket } from "node:tls";
import { subjectOf } from "#base";
import type { PeerCertificate } from "../call.ts";

const known = new WeakMap<TLSSocket, PeerCertificate | "untrusted" | "none">();

/**
 * Undefined without a certificate that names somebody; `untrusted` for one of an unknown authority, out of its time, or of
 * several UIDs. `proxyAuthorities`: the fingerprints of those whose certificates are front proxies' and name no user.
 */
export function peerCertificate(
  socket: TLSSocket,
  proxyAuthorities: ReadonlySet<string>,
): PeerCertificate | "untrusted" | undefined {
  let found = known.get(socket);
  if (found === undefined) {
    found = read(socket, proxyAuthorities);
    known.set(socket, found);
  }
  return found === "none" ? undefined : found;
}

function read(
  socket: TLSSocket,
  proxyAuthorities: ReadonlySet<string>,
): PeerCertificate | "untrusted" | "none" {
  const certificate = socket.getPeerCertificate(true) as Partial<DetailedPeerCertificate> | null;
  if (certificate?.subject === undefined) return "none";
  if (!socket.authorized) return "untrusted";
  const subject = subjectOf(certificate.subject);
  if (subject === undefined) return "untrusted";
  const fingerprint = (certificate.fingerprint256 ?? "").replaceAll(":", "").toLowerCase();
  const isFrontProxy = proxyAuthorities.has(rootOf(certificate as DetailedPeerCertificate));
  if (isFrontProxy) return { ...subject, fingerprint, isFrontProxy };
  return subject.commonName === "" ? "none" : { ...subject, fingerprint };
}

/** The fingerprint of the authority at the end of the chain, which TLS has verified: it issued its own certificate. */
function rootOf(certificate: DetailedPeerCertificate): string {
  const { issuerCertificate: issuer, fingerprint256 } = certificate;
  return (issuer as unknown) === undefined || issuer.fingerprint256 === fingerprint256
    ? fingerprint256
    : rootOf(issuer);
}

/** Those of the authorities in the first bundle (PEM) that are not in the second. */
export function fingerprintsOf(bundle: string, except: string): ReadonlySet<string> {
  const others = new Set(certificatesIn(except));
  return new Set(certificatesIn(bundle).filter((one) => !others.has(one)));
}

function certificatesIn(bundle: string): readonly string[] {
  const texts = bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return texts.map((one) => new X509Certificate(one).fingerprint256);
}
