/** The control plane's files: kept, renewed, refused, and whole again after power cuts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SimWorld } from "../sim/mod.ts";
import { inspectCertificate, isIssuedBy } from "./certificate-facts.ts";
import { type ClusterPki, type ClusterPkiOptions, ensureClusterPki } from "./cluster-pki.ts";

const options: ClusterPkiOptions = {
  apiserverDnsNames: ["localhost"],
  apiserverIpAddresses: ["10.96.0.1", "::1"],
};
const dayMs = 86_400_000;

function ensure(world: SimWorld, changed: Partial<ClusterPkiOptions> = {}): Promise<ClusterPki> {
  const env = world.env("a");
  return world.run(() => ensureClusterPki(env, world.disks.of(env), { ...options, ...changed }));
}

function fileText(world: SimWorld, path: string): Promise<string> {
  const disk = world.disks.of(world.env("a"));
  return world.run(async () => Buffer.from(await disk.read(path)).toString());
}

test("A second start keeps every file of the first", async () => {
  const world = new SimWorld("keep");
  const first = await ensure(world);
  assert.deepEqual(await ensure(world), first);
  const disk = world.disks.of(world.env("a"));
  assert.deepEqual(await world.run(() => disk.list("pki")), [
    "apiserver-kubelet-client.crt",
    "apiserver-kubelet-client.key",
    "apiserver.crt",
    "apiserver.key",
    "ca.crt",
    "ca.key",
    "front-proxy-ca.crt",
    "front-proxy-ca.key",
    "front-proxy-client.crt",
    "front-proxy-client.key",
    "sa.key",
    "sa.pub",
  ]);
  assert.equal(await fileText(world, "pki/sa.pub"), first.serviceAccountKeys.publicKeyPem);
});

test("Certificates near their end and for other names are issued again, by the same authority", async () => {
  const world = new SimWorld("renew");
  const first = await ensure(world);
  const renamed = await ensure(world, { apiserverDnsNames: ["navarch.example.org"] });
  assert.notEqual(renamed.apiserver.certificatePem, first.apiserver.certificatePem);
  assert.ok(inspectCertificate(renamed.apiserver.certificatePem).dnsNames.includes("navarch.example.org"));
  assert.equal(renamed.frontProxyClient.certificatePem, first.frontProxyClient.certificatePem);
  await world.advance(300 * dayMs);
  const renewed = await ensure(world);
  assert.notEqual(renewed.frontProxyClient.certificatePem, first.frontProxyClient.certificatePem);
  assert.deepEqual([renewed.ca, renewed.serviceAccountKeys], [first.ca, first.serviceAccountKeys]);
});

test("An expired authority is refused, not replaced", async () => {
  const world = new SimWorld("expired");
  await ensure(world);
  await world.advance(3651 * dayMs);
  await assert.rejects(ensure(world), { code: "expired" });
});

test("An authority without its key is refused", async () => {
  const world = new SimWorld("no key");
  await ensure(world);
  const disk = world.disks.of(world.env("a"));
  await world.run(() => disk.remove("pki/ca.key"));
  await assert.rejects(ensure(world), { code: "missingKey" });
});

test("A power cut at any moment leaves files from which the next start makes a whole set", async () => {
  for (let seed = 0; seed < 25; seed++) {
    const world = new SimWorld(seed);
    const env = world.env("a");
    await world.run(async () => {
      void ensureClusterPki(env, world.disks.of(env), options);
    });
    await world.advance(world.random.float() * 25);
    world.powerCut("a");
    const pki = await ensure(world);
    for (const name of ["apiserver", "apiserverKubeletClient"] as const) {
      assert.ok(isIssuedBy(pki[name].certificatePem, pki.ca.certificatePem), `seed ${seed}: ${name}`);
    }
    assert.deepEqual(await ensure(world), pki, `seed ${seed}`);
  }
});
