/** Whoever approves or denies a certificate needs the verb `approve` on its signer. */
import type { CertificateSigningRequest } from "#api";
import type { AuthorizerChain } from "../authz/chain.ts";
import type { AdmissionPlugin } from "./admission.ts";
import { checkSigner } from "./signer-permission.ts";

export function certificateApproval(authorizers: AuthorizerChain): AdmissionPlugin {
  return {
    operations: ["UPDATE"],
    resources: ["certificatesigningrequests.certificates.k8s.io/approval"],
    validate(request) {
      const { spec } = request.old as CertificateSigningRequest;
      checkSigner(authorizers, request, "approve", spec.signerName);
    },
  };
}
