/**
 * The part of `Crypto` that is a function of its arguments, shared by both twins: SHA-256, HMAC and the
 * verification of ES256 (RFC 7518 §3.4: r and s, 32 bytes each). Parsed keys are kept, since parsing PEM
 * costs more than a verification.
 */
import { createHash, createHmac, createPublicKey, type KeyObject, verify } from "node:crypto";
import { maxParsedKeys } from "./limits.ts";

export function sha256(data: Uint8Array | string): Uint8Array {
  return createHash("sha256").update(data).digest();
}

export function hmacSha256(key: Uint8Array, data: Uint8Array | string): Uint8Array {
  return createHmac("sha256", key).update(data).digest();
}

/** Keys by their PEM text; the oldest makes room. */
export class KeyCache {
  readonly #keys = new Map<string, KeyObject>();
  readonly #parse: (pem: string) => KeyObject;

  constructor(parse: (pem: string) => KeyObject) {
    this.#parse = parse;
  }

  get(pem: string): KeyObject {
    const known = this.#keys.get(pem);
    if (known !== undefined) return known;
    const key = this.#parse(pem);
    const oldest = this.#keys.size >= maxParsedKeys ? this.#keys.keys().next().value : undefined;
    if (oldest !== undefined) this.#keys.delete(oldest);
    this.#keys.set(pem, key);
    return key;
  }
}

/** Verifies ES256 signatures by public keys in PEM. */
export class Es256Verifier {
  readonly #keys = new KeyCache((pem) => createPublicKey(pem));

  /** False for a wrong signature; throws when `publicKeyPem` is no key. */
  verify(publicKeyPem: string, data: Uint8Array, signature: Uint8Array): boolean {
    if (signature.length !== 64) return false;
    const key = this.#keys.get(publicKeyPem);
    return verify("sha256", data, { key, dsaEncoding: "ieee-p1363" }, signature);
  }
}
