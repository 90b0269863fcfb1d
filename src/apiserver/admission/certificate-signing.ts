/** Whoever issues a certificate, or reports that it failed, needs the verb `sign` on its signer. */
import { type CertificateSigningRequest, same } from "#api";
import type { AuthorizerChain } from "../authz/chain.ts";
import type { AdmissionPlugin } from "./admission.ts";
import { checkSigner } from "./signer-permission.ts";

export function certificateSigning(authorizers: AuthorizerChain): AdmissionPlugin {
  return {
    operations: ["UPDATE"],
    resources: ["certificatesigningrequests.certificates.k8s.io/status"],
    validate(request) {
      const now = request.object as CertificateSigningRequest;
      const before = request.old as CertificateSigningRequest;
      const isSame =
        same(now.status?.certificate, before.status?.certificate) &&
        same(now.status?.conditions, before.status?.conditions);
      if (!isSame) checkSigner(authorizers, request, "sign", before.spec.signerName);
    },
  };
}
