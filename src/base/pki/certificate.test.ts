/** Certificates as TLS and OpenSSL see them, from both twins of `Env`. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { connect, createServer, type TLSSocket } from "node:tls";
import { createRealEnv } from "../real/mod.ts";
import { SimWorld } from "../sim/mod.ts";
import { createCa, issue } from "./certificate.ts";
import { inspectCertificate, isIssuedBy } from "./certificate-facts.ts";
import { subjectOf } from "../subject.ts";

const dayMs = 86_400_000;

for (const [twin, env] of [
  ["real", createRealEnv({ name: "pki" })],
  ["simulated", new SimWorld("pki").env("a")],
] as const) {
  const ca = createCa(env, { commonName: "kubernetes", days: 3650 });

  test(`A ${twin} Env issues certificates that say what was asked`, () => {
    const pair = issue(env, ca, {
      subject: { commonName: "system:node:n1\nO=system:masters", organizations: ["system:nodes", "a, b"] },
      usages: ["client"],
      dnsNames: ["localhost", "*.example.org"],
      ipAddresses: ["127.0.0.1"],
      days: 30,
    });
    const facts = inspectCertificate(pair.certificatePem);
    assert.deepEqual(facts.subject, {
      commonName: "system:node:n1\nO=system:masters",
      organizations: ["system:nodes", "a, b"],
    });
    assert.deepEqual([facts.dnsNames, facts.ipAddresses], [["localhost", "*.example.org"], ["127.0.0.1"]]);
    const lifeMs = facts.notAfterMs - env.clock.now();
    assert.ok(lifeMs > 30 * dayMs - 60_000 && lifeMs <= 30 * dayMs);
    assert.ok(isIssuedBy(pair.certificatePem, ca.certificatePem));
    const stranger = createCa(env, { commonName: "kubernetes", days: 1 });
    assert.ok(!isIssuedBy(pair.certificatePem, stranger.certificatePem), "a namesake has not signed it");
  });
}

test("TLS with client certificates accepts what the authority issued, and names the user", async () => {
  const env = createRealEnv({ name: "tls" });
  const ca = createCa(env, { commonName: "kubernetes", days: 1 });
  const server = issue(env, ca, {
    subject: { commonName: "kube-apiserver", organizations: [] },
    usages: ["server"],
    dnsNames: ["localhost"],
    ipAddresses: ["127.0.0.1", "::1"],
    days: 1,
  });
  const user = issue(env, ca, {
    subject: { commonName: "admin", organizations: ["system:masters", "dev"] },
    usages: ["client"],
    days: 1,
  });
  const seen = Promise.withResolvers<object>();
  const listener = createServer(
    {
      cert: server.certificatePem,
      key: server.privateKeyPem,
      ca: ca.certificatePem,
      requestCert: true,
      rejectUnauthorized: true,
    },
    (socket: TLSSocket) => {
      seen.resolve(socket.getPeerCertificate().subject);
      socket.end();
    },
  );
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  assert.ok(address !== null && typeof address === "object");
  const socket = connect({
    host: "127.0.0.1",
    port: address.port,
    ca: ca.certificatePem,
    cert: user.certificatePem,
    key: user.privateKeyPem,
  });
  await once(socket, "secureConnect");
  assert.ok(socket.authorized);
  assert.deepEqual(subjectOf(await seen.promise), {
    commonName: "admin",
    organizations: ["system:masters", "dev"],
  });
  socket.destroy();
  listener.close();
});

test("A leaf cannot issue, and an address must be one", () => {
  const env = new SimWorld("refusals").env("a");
  const ca = createCa(env, { commonName: "ca", days: 1 });
  const request = { subject: { commonName: "x", organizations: [] }, usages: ["client"], days: 1 } as const;
  const leaf = issue(env, ca, request);
  assert.throws(() => issue(env, leaf, request), { code: "malformed" });
  for (const address of ["256.0.0.1", "1.2.3", "::1::", "1:2:3:4:5:6:7", "g::"]) {
    assert.throws(
      () => issue(env, ca, { ...request, ipAddresses: [address] }),
      { code: "malformed" },
      address,
    );
  }
});
