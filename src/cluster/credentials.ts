/** Client certificates for people and components, and the kubeconfigs that carry them. */
import type { Env } from "#base";
import { type ClusterPki, issue, type KeyedCertificate } from "#base/pki";
import { emptyKubeconfig, type Kubeconfig, withEntry } from "#client";
import type { Identity } from "./identities.ts";

const clientDays = 365;

/** A client certificate of the cluster's CA. */
export function clientCertificate(
  env: Env,
  pki: Pick<ClusterPki, "ca">,
  identity: Identity,
): KeyedCertificate {
  return issue(env, pki.ca, {
    subject: { commonName: identity.name, organizations: identity.groups },
    usages: ["client"],
    days: clientDays,
  });
}

/** Adds (or renews) the cluster's context, user and server in `config`, and makes it current. */
export function withCluster(
  config: Kubeconfig,
  cluster: { readonly name: string; readonly url: string; readonly caPem: string },
  credentials: KeyedCertificate,
): Kubeconfig {
  return withEntry(config, {
    name: cluster.name,
    cluster: { server: cluster.url, "certificate-authority-data": base64(cluster.caPem) },
    userName: `${cluster.name}-admin`,
    user: {
      "client-certificate-data": base64(credentials.certificatePem),
      "client-key-data": base64(credentials.privateKeyPem),
    },
  });
}

/** A kubeconfig of this cluster alone. */
export function kubeconfigOf(
  cluster: { readonly name: string; readonly url: string; readonly caPem: string },
  credentials: KeyedCertificate,
): Kubeconfig {
  return withCluster(emptyKubeconfig, cluster, credentials);
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
