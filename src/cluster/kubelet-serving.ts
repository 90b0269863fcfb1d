/** Kubelets' servers on a port of their own: where they listen, and the certificates that they show. */
import type { Env } from "#base";
import { createCa, issue, type KeyedCertificate } from "#base/pki";
import { KubeletHttpsServer, type ServeKubelet } from "#kubelet";
import type { ListenAddress } from "./cluster-options.ts";
import { ClusterError } from "./errors.ts";

/** Upstream's port of the kubelet. */
export const kubeletPort = 10_250;

const servingDays = 365;

/** Who vouches for the server, and for those who call it. */
export interface ServingAuthorities {
  /** Signs the server's certificate. Default: one that nobody else knows, as upstream's kubelet makes. */
  readonly issuer?: KeyedCertificate;
  /** PEM. */
  readonly clients: string;
}

/** Listens with HTTPS; port 0 takes a free one. */
export function serveOverHttps(
  env: Env,
  authorities: ServingAuthorities,
  { host, port }: ListenAddress,
): ServeKubelet {
  return async ({ nodeName, addresses, server }, signal) => {
    const issuer = authorities.issuer ?? createCa(env, { commonName: `${nodeName}-ca`, days: servingDays });
    const { certificatePem: certificate, privateKeyPem: privateKey } = issue(env, issuer, {
      subject: { commonName: `system:node:${nodeName}`, organizations: ["system:nodes"] },
      usages: ["server"],
      dnsNames: [...new Set([nodeName, "localhost"])],
      ipAddresses: [...new Set([...addresses, "127.0.0.1"])],
      days: servingDays,
    });
    const options = { host, port, certificate, privateKey, clientAuthorities: authorities.clients };
    const https = new KubeletHttpsServer(env.child("https"), { server }, options);
    try {
      await https.start(signal);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
      throw new ClusterError(
        "address-in-use",
        `Cannot listen on port ${port} as the kubelet: another program does`,
        "Stop it, or choose another port with --kubelet-port PORT.",
      );
    }
    return { port: https.port, [Symbol.asyncDispose]: () => https[Symbol.asyncDispose]() };
  };
}
