/** The types of certificates.k8s.io/v1: each name is a type and its table. */
export {
  CertificateSigningRequest,
  CertificateSigningRequestCondition,
  CertificateSigningRequestList,
  CertificateSigningRequestSpec,
  CertificateSigningRequestStatus,
  KeyUsage,
  RequestConditionType,
} from "./certificate-signing-request.ts";
