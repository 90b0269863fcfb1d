/** Nobody becomes a member of `system:masters` by a client certificate that he asks for. */
import { type CertificateSigningRequest, forbidden, organizationsOf } from "#api";
import { MASTERS } from "../user.ts";
import type { AdmissionPlugin } from "./admission.ts";

const signer = "kubernetes.io/kube-apiserver-client";

export const certificateSubjectRestriction: AdmissionPlugin = {
  operations: ["CREATE"],
  resources: ["certificatesigningrequests.certificates.k8s.io"],
  validate({ object, resource, name }) {
    const { spec } = object as CertificateSigningRequest;
    if (spec.signerName !== signer || !organizationsOf(spec.request).includes(MASTERS)) return;
    throw forbidden(resource, name, `use of ${signer} signer with ${MASTERS} group is not allowed`);
  },
};
