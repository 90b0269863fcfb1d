/** Whoever writes a trust bundle of a signer needs the verb `attest` on it. */
import type { KubeObject } from "#api";
import type { AuthorizerChain } from "../authz/chain.ts";
import type { AdmissionPlugin } from "./admission.ts";
import { checkSigner } from "./signer-permission.ts";

export function clusterTrustBundleAttest(authorizers: AuthorizerChain): AdmissionPlugin {
  return {
    operations: ["CREATE", "UPDATE"],
    resources: ["clustertrustbundles.certificates.k8s.io"],
    validate(request) {
      const { spec } = request.object as KubeObject & { readonly spec?: { readonly signerName?: string } };
      const signerName = spec?.signerName ?? "";
      if (signerName !== "") checkSigner(authorizers, request, "attest", signerName);
    },
  };
}
