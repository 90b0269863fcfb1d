/** How others verify service account tokens: OpenID discovery and the public keys (RFC 8414, RFC 7517). */
import { type SigningKey, webKey } from "../authn/token-text.ts";
import type { EndpointParts } from "./endpoints.ts";

export function issuerDocuments(issuer: string, keys: readonly SigningKey[]): EndpointParts["issuer"] {
  const configuration = {
    issuer,
    jwks_uri: `${issuer.replace(/\/$/, "")}/openid/v1/jwks`,
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["ES256"],
  };
  return {
    "/.well-known/openid-configuration": { contentType: "application/json", body: configuration },
    "/openid/v1/jwks": { contentType: "application/jwk-set+json", body: { keys: keys.map(webKey) } },
  };
}
