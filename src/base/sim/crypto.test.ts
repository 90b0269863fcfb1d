/** Simulated keys are true keys: the signature of RFC 6979's own example, and OpenSSL's opinion. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pemOf } from "../pki/pem.ts";
import { createRealEnv } from "../real/mod.ts";
import { SimWorld } from "./world.ts";

/** RFC 6979 §A.2.5, in PKCS#8: the key x, and the signature of "sample" with SHA-256. */
const key = {
  x: "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
  publicX: "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6",
  publicY: "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299",
  signature:
    "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716" +
    "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
};
const pkcs8 = Buffer.from(
  "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420" +
    `${key.x}a14403420004${key.publicX}${key.publicY}`,
  "hex",
);
const privateKeyPem = pemOf("PRIVATE KEY", pkcs8);

test("SimCrypto.sign() gives the signature of RFC 6979's example", () => {
  const { crypto } = new SimWorld("rfc").env("a");
  const signature = crypto.sign(privateKeyPem, Buffer.from("sample"));
  assert.equal(Buffer.from(signature).toString("hex").toUpperCase(), key.signature);
});

test("Simulated keys follow from the seed, and the real twin accepts their signatures", () => {
  const data = Buffer.from("token");
  const simulated = new SimWorld("keys").env("a").crypto;
  const again = new SimWorld("keys").env("a").crypto;
  const real = createRealEnv({ name: "real" }).crypto;
  for (let round = 0; round < 10; round++) {
    const pair = simulated.generateKeyPair();
    assert.deepEqual(again.generateKeyPair(), pair);
    const signature = simulated.sign(pair.privateKeyPem, data);
    assert.deepEqual(again.sign(pair.privateKeyPem, data), signature);
    assert.ok(real.verify(pair.publicKeyPem, data, signature));
    assert.ok(simulated.verify(pair.publicKeyPem, data, real.sign(pair.privateKeyPem, data)));
    assert.ok(!simulated.verify(pair.publicKeyPem, Buffer.from("other"), signature));
    assert.ok(!simulated.verify(pair.publicKeyPem, data, signature.subarray(1)));
  }
});
