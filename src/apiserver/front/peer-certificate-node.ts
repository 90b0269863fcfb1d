/** What TLS proved about a client: the subject of a certificate that chains to the client authorities. */
import type { PeerCertificate as NodeCertificate, TLSSocket } from "node:tls";
import { subjectOf } from "#base";
import type { PeerCertificate } from "../call.ts";

const known = new WeakMap<TLSSocket, PeerCertificate | "untrusted" | "none">();

/** Undefined without a certificate that names somebody; `untrusted` for one of an unknown authority, out of its time, or of several UIDs. */
export function peerCertificate(socket: TLSSocket): PeerCertificate | "untrusted" | undefined {
  let found = known.get(socket);
  if (found === undefined) {
    found = read(socket);
    known.set(socket, found);
  }
  return found === "none" ? undefined : found;
}

function read(socket: TLSSocket): PeerCertificate | "untrusted" | "none" {
  const certificate = socket.getPeerCertificate() as Partial<NodeCertificate> | null;
  if (certificate?.subject === undefined) return "none";
  if (!socket.authorized) return "untrusted";
  const subject = subjectOf(certificate.subject);
  if (subject === undefined) return "untrusted";
  if (subject.commonName === "") return "none";
  return {
    ...subject,
    fingerprint: (certificate.fingerprint256 ?? "").replaceAll(":", "").toLowerCase(),
  };
}
