/** The door of `base/pki`: certificates on P-256 keys, issued, read, and laid out as kubeadm does. */
export {
  type CertificateRequest,
  createCa,
  issue,
  type KeyedCertificate,
} from "./certificate.ts";
export { type CertificateFacts, inspectCertificate } from "./certificate-facts.ts";
export { type ClusterPki, type ClusterPkiOptions, ensureClusterPki } from "./cluster-pki.ts";
export { PkiError, type PkiErrorCode } from "./pki-error.ts";
