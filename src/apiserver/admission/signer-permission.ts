/** Whether somebody may act for a signer: by its name, or for all signers of its domain (`example.com/*`). */
import { forbidden } from "#api";
import type { AuthorizerChain } from "../authz/chain.ts";
import type { AdmissionRequest } from "./admission.ts";

const group = "certificates.k8s.io";

/** Throws 403 unless the user may `verb` for the signer. */
export function checkSigner(
  authorizers: AuthorizerChain,
  request: AdmissionRequest,
  verb: "approve" | "attest" | "sign",
  signerName: string,
): void {
  const isAllowed = (name: string): boolean =>
    authorizers.authorize({
      user: request.user,
      verb,
      isResource: true,
      group,
      version: "*",
      plural: "signers",
      subresource: "",
      namespace: "",
      name,
      path: "",
      fieldSelector: "",
    }).allowed;
  if (isAllowed(signerName) || isAllowed(`${signerName.split("/")[0] ?? ""}/*`)) return;
  const detail = `user not permitted to ${verb} requests with signerName ${JSON.stringify(signerName)}`;
  throw forbidden(request.resource, request.name, detail);
}
