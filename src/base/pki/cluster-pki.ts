/**
 * The keys and certificates of a control plane, in kubeadm's layout. Idempotent: what is valid is kept; a
 * missing, broken, foreign or soon expiring certificate is issued again; an authority is never replaced,
 * since everybody who trusts it would have to learn of it. Files change at once (`replaceFile`), several together, a
 * key before its certificate, so that a crash in between leaves a pair that does not match and is issued again.
 */
import type { Disk } from "../disk.ts";
import { DiskError, replaceFile } from "../disk.ts";
import type { Env, KeyPair } from "../env.ts";
import { type CertificateRequest, createCa, issue, type KeyedCertificate } from "./certificate.ts";
import { inspectCertificate, isIssuedBy, publicKeyOf } from "./certificate-facts.ts";
import { addressBytes } from "./ip-address.ts";
import { PkiError } from "./pki-error.ts";

export interface ClusterPkiOptions {
  /** Where in the disk. Default `"pki"`. */
  readonly directory?: string;
  /** What clients call the API server by, beside the cluster's own names. */
  readonly apiserverDnsNames: readonly string[];
  readonly apiserverIpAddresses: readonly string[];
}

/** What `ca.crt`, `apiserver.crt` and the others hold. */
export interface ClusterPki {
  readonly ca: KeyedCertificate;
  readonly frontProxyCa: KeyedCertificate;
  readonly apiserver: KeyedCertificate;
  readonly apiserverKubeletClient: KeyedCertificate;
  readonly frontProxyClient: KeyedCertificate;
  /** Signs service account tokens (`sa.key`, `sa.pub`). */
  readonly serviceAccountKeys: KeyPair;
}

const caDays = 3650;
const leafDays = 365;
/** A restart in the last quarter of a certificate's life renews it. */
const renewBeforeMs = 90 * 86_400_000;
const clusterNames = [
  "kubernetes",
  "kubernetes.default",
  "kubernetes.default.svc",
  "kubernetes.default.svc.cluster.local",
];

/**
 * Reads the files, and makes those that are missing or no longer good. Rejects with `PkiError`
 * `missingKey`, `expired`.
 */
export async function ensureClusterPki(
  env: Env,
  disk: Disk,
  options: ClusterPkiOptions,
): Promise<ClusterPki> {
  const files = new PkiFiles(env, disk, options.directory ?? "pki");
  const [ca, frontProxyCa, serviceAccountKeys] = await Promise.all([
    files.authority("ca", "kubernetes"),
    files.authority("front-proxy-ca", "front-proxy-ca"),
    files.keyPair("sa"),
  ]);
  const [apiserver, apiserverKubeletClient, frontProxyClient] = await Promise.all([
    files.leaf("apiserver", ca, {
      subject: { commonName: "kube-apiserver", organizations: [] },
      usages: ["server"],
      dnsNames: [...new Set([...clusterNames, ...options.apiserverDnsNames])],
      ipAddresses: [...new Set(options.apiserverIpAddresses)],
      days: leafDays,
    }),
    files.leaf("apiserver-kubelet-client", ca, {
      subject: { commonName: "kube-apiserver-kubelet-client", organizations: ["system:masters"] },
      usages: ["client"],
      days: leafDays,
    }),
    files.leaf("front-proxy-client", frontProxyCa, {
      subject: { commonName: "front-proxy-client", organizations: [] },
      usages: ["client"],
      days: leafDays,
    }),
  ]);
  await files.written();
  return { ca, frontProxyCa, apiserver, apiserverKubeletClient, frontProxyClient, serviceAccountKeys };
}

/** What a file holds; where that is nothing of its kind, says which file. */
function told<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new PkiError("malformed", `Cannot use "${file}"`, { cause });
  }
}

class PkiFiles {
  readonly #env: Env;
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #writes: Promise<void>[] = [];

  constructor(env: Env, disk: Disk, directory: string) {
    this.#env = env;
    this.#disk = disk;
    this.#directory = directory;
  }

  async authority(name: string, commonName: string): Promise<KeyedCertificate> {
    const certificatePem = await this.#read(`${name}.crt`);
    const privateKeyPem = await this.#read(`${name}.key`);
    if (certificatePem === undefined) {
      const known = privateKeyPem === undefined ? {} : { privateKeyPem };
      const made = createCa(this.#env, { commonName, days: caDays, ...known });
      this.#begin(this.#writePair(name, made));
      return made;
    }
    const path = `${this.#directory}/${name}`;
    if (privateKeyPem === undefined) {
      throw new PkiError(
        "missingKey",
        `Cannot issue certificates: "${path}.crt" is there without "${path}.key"`,
      );
    }
    if (told(`${path}.crt`, () => inspectCertificate(certificatePem)).notAfterMs <= this.#env.clock.now()) {
      throw new PkiError(
        "expired",
        `Cannot use "${path}.crt": it has expired; move it and its key away to start anew`,
      );
    }
    return { certificatePem, privateKeyPem };
  }

  async leaf(name: string, ca: KeyedCertificate, request: CertificateRequest): Promise<KeyedCertificate> {
    const certificatePem = await this.#read(`${name}.crt`);
    const privateKeyPem = await this.#read(`${name}.key`);
    if (certificatePem !== undefined && privateKeyPem !== undefined) {
      const found = { certificatePem, privateKeyPem };
      if (isStillGood(found, ca, request, this.#env.clock.now())) return found;
    }
    const made = issue(this.#env, ca, request);
    this.#begin(this.#writePair(name, made));
    this.#env.log.info("Issued certificate", { file: `${this.#directory}/${name}.crt` });
    return made;
  }

  async keyPair(name: string): Promise<KeyPair> {
    const found = await this.#read(`${name}.key`);
    const privateKeyPem = found ?? this.#env.crypto.generateKeyPair().privateKeyPem;
    const publicKeyPem = told(`${this.#directory}/${name}.key`, () => publicKeyOf(privateKeyPem));
    if (found === undefined) this.#begin(this.#write(`${name}.key`, privateKeyPem, 0o600));
    if ((await this.#read(`${name}.pub`)) !== publicKeyPem)
      this.#begin(this.#write(`${name}.pub`, publicKeyPem, 0o644));
    return { privateKeyPem, publicKeyPem };
  }

  /** Resolves when all that was made is durable. */
  async written(): Promise<void> {
    await Promise.all(this.#writes);
  }

  /** The others are made meanwhile: each write waits for the disk. */
  #begin(write: Promise<void>): void {
    write.catch(() => {}); // whoever awaits all of them hears of it
    this.#writes.push(write);
  }

  async #writePair(name: string, pair: KeyedCertificate): Promise<void> {
    await this.#write(`${name}.key`, pair.privateKeyPem, 0o600);
    await this.#write(`${name}.crt`, pair.certificatePem, 0o644);
  }

  async #read(name: string): Promise<string | undefined> {
    try {
      return Buffer.from(await this.#disk.read(`${this.#directory}/${name}`)).toString();
    } catch (error) {
      if (error instanceof DiskError && error.code === "notFound") return undefined;
      throw error;
    }
  }

  async #write(name: string, pem: string, mode: number): Promise<void> {
    await replaceFile(this.#disk, `${this.#directory}/${name}`, Buffer.from(pem), mode);
  }
}

/** Whether a pair is whole, of this authority, for all that is asked, and far from its end. */
function isStillGood(
  pair: KeyedCertificate,
  ca: KeyedCertificate,
  request: CertificateRequest,
  nowMs: number,
): boolean {
  try {
    const facts = inspectCertificate(pair.certificatePem);
    const names = new Set(facts.dnsNames);
    const addresses = new Set(facts.ipAddresses.map(addressKey));
    return (
      facts.publicKeyPem === publicKeyOf(pair.privateKeyPem) &&
      isIssuedBy(pair.certificatePem, ca.certificatePem) &&
      facts.notBeforeMs <= nowMs &&
      facts.notAfterMs - renewBeforeMs > nowMs &&
      (request.dnsNames ?? []).every((name) => names.has(name)) &&
      (request.ipAddresses ?? []).every((address) => addresses.has(addressKey(address)))
    );
  } catch (error) {
    if (error instanceof PkiError) return false; // A torn or foreign file: issue again.
    throw error;
  }
}

function addressKey(address: string): string {
  return addressBytes(address).join();
}
