/**
 * The real `Crypto`: the operating system's randomness and OpenSSL's P-256, synchronous on the calling
 * thread.
 */
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { Es256Verifier, hmacSha256, KeyCache, sha256 } from "../digests.ts";
import type { Crypto, KeyPair } from "../env.ts";

export class RealCrypto implements Crypto {
  readonly #privateKeys = new KeyCache((pem) => createPrivateKey(pem));
  readonly #verifier = new Es256Verifier();

  randomBytes(size: number): Uint8Array {
    return randomBytes(size);
  }

  sha256(data: Uint8Array | string): Uint8Array {
    return sha256(data);
  }

  hmacSha256(key: Uint8Array, data: Uint8Array | string): Uint8Array {
    return hmacSha256(key, data);
  }

  generateKeyPair(): KeyPair {
    const { privateKey, publicKey } = generateKeyPairSync("ec", {
      namedCurve: "P-256",
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    return { privateKeyPem: privateKey, publicKeyPem: publicKey };
  }

  sign(privateKeyPem: string, data: Uint8Array): Uint8Array {
    return sign("sha256", data, { key: this.#privateKeys.get(privateKeyPem), dsaEncoding: "ieee-p1363" });
  }

  verify(publicKeyPem: string, data: Uint8Array, signature: Uint8Array): boolean {
    return this.#verifier.verify(publicKeyPem, data, signature);
  }
}
