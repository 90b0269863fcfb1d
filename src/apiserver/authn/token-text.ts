/**
 * JSON Web Tokens signed with ES256 (RFC 7515, RFC 7518 §3.4), the form of service account tokens. Keys
 * enter as PEM; signing and verifying are the environment's, so that simulated tokens are deterministic.
 */
import type { Crypto } from "#base";

export interface SigningKey {
  /** `kid`: base64url of the SHA-256 of the public key's DER, as upstream derives it. */
  readonly id: string;
  readonly privateKeyPem: string;
  readonly publicKeyPem: string;
}

/** The coordinates of a P-256 public key are the last 64 bytes of its DER. */
const COORDINATE_BYTES = 32;

export function signingKey(
  cryptography: Crypto,
  pair: { readonly privateKeyPem: string; readonly publicKeyPem: string },
): SigningKey {
  const id = Buffer.from(cryptography.sha256(derOf(pair.publicKeyPem))).toString("base64url");
  return { id, privateKeyPem: pair.privateKeyPem, publicKeyPem: pair.publicKeyPem };
}

export function signToken(cryptography: Crypto, key: SigningKey, claims: object): string {
  const head = encode({ alg: "ES256", kid: key.id });
  const signed = `${head}.${encode(claims)}`;
  const signature = cryptography.sign(key.privateKeyPem, Buffer.from(signed));
  return `${signed}.${Buffer.from(signature).toString("base64url")}`;
}

/**
 * The claims of a token signed by one of `keys`, or undefined. Times and audiences are the caller's to
 * check.
 */
export function verifyToken(
  cryptography: Crypto,
  keys: readonly SigningKey[],
  token: string,
): Record<string, unknown> | undefined {
  const [head, body, signature, ...rest] = token.split(".");
  if (head === undefined || body === undefined || signature === undefined || rest.length > 0)
    return undefined;
  const header = decode(head);
  if (header === undefined || header["alg"] !== "ES256") return undefined;
  for (const key of keys) {
    if (header["kid"] !== undefined && header["kid"] !== key.id) continue;
    const bytes = Buffer.from(signature, "base64url");
    if (cryptography.verify(key.publicKeyPem, Buffer.from(`${head}.${body}`), bytes)) return decode(body);
  }
  return undefined;
}

/** What a token claims, before anybody has checked it. */
export function unverifiedClaims(token: string): Record<string, unknown> | undefined {
  const parts = token.split(".");
  return parts.length === 3 ? decode(parts[1] ?? "") : undefined;
}

/** The public key as a JSON Web Key (RFC 7517). */
export function webKey(key: SigningKey): Record<string, string> {
  const point = derOf(key.publicKeyPem).subarray(-2 * COORDINATE_BYTES);
  return {
    use: "sig",
    kty: "EC",
    kid: key.id,
    crv: "P-256",
    alg: "ES256",
    x: point.subarray(0, COORDINATE_BYTES).toString("base64url"),
    y: point.subarray(COORDINATE_BYTES).toString("base64url"),
  };
}

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64");
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function decode(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // not a token of ours
  }
}
