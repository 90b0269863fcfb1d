/** What TLS proved about a client: CN and O of a certificate that chains to the client authorities. */
import type { PeerCertificate as NodeCertificate, TLSSocket } from "node:tls";
import type { PeerCertificate } from "../call.ts";

const known = new WeakMap<TLSSocket, PeerCertificate | "untrusted" | "none">();

/** Undefined without a certificate; `untrusted` for one of an unknown authority or out of its time. */
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
  const { CN, O } = certificate.subject as {
    readonly CN?: string | string[];
    readonly O?: string | string[];
  };
  return {
    commonName: listOf(CN)[0] ?? "",
    organizations: listOf(O),
    serialNumber: certificate.serialNumber ?? "",
    fingerprint: (certificate.fingerprint256 ?? "").replaceAll(":", "").toLowerCase(),
  };
}

function listOf(value: string | string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}
