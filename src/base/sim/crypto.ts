/**
 * The simulated `Crypto`: true P-256 keys and true ES256 signatures, all drawn from the seed. A private key
 * is a number from the stream of the part that asks; a signature's nonce is RFC 6979's, a function of key
 * and message. OpenSSL does the curve (`createECDH`); the modular arithmetic is here. Anything signed here
 * verifies anywhere.
 */
import { createECDH, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { Es256Verifier, hmacSha256, KeyCache, sha256 } from "../digests.ts";
import type { Crypto, KeyPair, Random } from "../env.ts";

/** The order of P-256's base point (FIPS 186-4 §D.1.2.3). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

export class SimCrypto implements Crypto {
  readonly #random: Random;
  readonly #privateKeys = new KeyCache((pem) => createPrivateKey(pem));
  readonly #verifier = new Es256Verifier();

  constructor(random: Random) {
    this.#random = random;
  }

  randomBytes(size: number): Uint8Array {
    const bytes = new Uint8Array(size);
    for (let index = 0; index < size; index++) bytes[index] = this.#random.below(256);
    return bytes;
  }

  sha256(data: Uint8Array | string): Uint8Array {
    return sha256(data);
  }

  hmacSha256(key: Uint8Array, data: Uint8Array | string): Uint8Array {
    return hmacSha256(key, data);
  }

  generateKeyPair(): KeyPair {
    const scalar = (toNumber(this.randomBytes(32)) % (order - 1n)) + 1n;
    const privateKey = privateKeyOf(toBytes(scalar));
    return {
      privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      publicKeyPem: createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString(),
    };
  }

  sign(privateKeyPem: string, data: Uint8Array): Uint8Array {
    const scalar = scalarOf(this.#privateKeys.get(privateKeyPem));
    const hash = sha256(data);
    const digest = toNumber(hash) % order;
    const nonce = nonceOf(scalar, digest);
    const r = toNumber(pointOf(toBytes(nonce)).x) % order;
    const s = (inverse(nonce) * ((digest + r * toNumber(scalar)) % order)) % order;
    return Buffer.concat([toBytes(r), toBytes(s)]);
  }

  verify(publicKeyPem: string, data: Uint8Array, signature: Uint8Array): boolean {
    return this.#verifier.verify(publicKeyPem, data, signature);
  }
}

/** RFC 6979 §3.2 with HMAC-SHA-256; the first candidate fits but for one in 2^32, so the loop is short. */
function nonceOf(scalar: Uint8Array, digest: bigint): bigint {
  const seed = Buffer.concat([scalar, toBytes(digest)]);
  let value: Uint8Array = new Uint8Array(32).fill(1);
  let key: Uint8Array = new Uint8Array(32);
  for (const step of [0, 1]) {
    key = hmacSha256(key, Buffer.concat([value, Buffer.of(step), seed]));
    value = hmacSha256(key, value);
  }
  for (;;) {
    value = hmacSha256(key, value);
    const candidate = toNumber(value);
    if (candidate > 0n && candidate < order) return candidate;
    key = hmacSha256(key, Buffer.concat([value, Buffer.of(0)]));
    value = hmacSha256(key, value);
  }
}

function pointOf(scalar: Uint8Array): { readonly x: Buffer; readonly y: Buffer } {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(scalar);
  const point = ecdh.getPublicKey();
  return { x: point.subarray(1, 33), y: point.subarray(33) };
}

function privateKeyOf(scalar: Uint8Array): KeyObject {
  const { x, y } = pointOf(scalar);
  const d = Buffer.from(scalar).toString("base64url");
  const jwk = { kty: "EC", crv: "P-256", d, x: x.toString("base64url"), y: y.toString("base64url") };
  return createPrivateKey({ key: jwk, format: "jwk" });
}

function scalarOf(key: KeyObject): Uint8Array {
  return Buffer.from(key.export({ format: "jwk" }).d ?? "", "base64url");
}

/** The inverse modulo the group's order, by the extended Euclidean algorithm. */
function inverse(value: bigint): bigint {
  let [before, after] = [order, value % order];
  let [coefficient, next] = [0n, 1n];
  while (after > 0n) {
    const quotient = before / after;
    [before, after] = [after, before - quotient * after];
    [coefficient, next] = [next, coefficient - quotient * next];
  }
  return ((coefficient % order) + order) % order;
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function toBytes(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(64, "0"), "hex");
}
