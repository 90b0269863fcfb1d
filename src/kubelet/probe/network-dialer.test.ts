/** The dialer of a real node against real servers on loopback. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { NetworkDialer } from "./network-dialer-node.ts";

const { signal } = new AbortController();
const host = "127.0.0.1";

/** `HealthCheckResponse` with a status of the protocol's numbers. */
const answer = (status: number): Buffer => Buffer.from([8, status]);

test("NetworkDialer.grpc() says how a service serves", async () => {
  const server = new Server();
  const whole = <T>(value: T): T => value;
  const check = {
    path: "/grpc.health.v1.Health/Check",
    requestStream: false,
    responseStream: false,
    requestSerialize: whole<Buffer>,
    requestDeserialize: whole<Buffer>,
    responseSerialize: whole<Buffer>,
    responseDeserialize: whole<Buffer>,
  } as const;
  server.addService(
    { Check: check },
    {
      Check: ({ request }: { readonly request: Buffer }, done: (error: null, bytes: Buffer) => void) =>
        done(null, answer(request.includes("sick") ? 2 : 1)),
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:0`, ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const dialer = new NetworkDialer();
  assert.equal(await dialer.grpc(host, port, "", signal), "SERVING");
  assert.equal(await dialer.grpc(host, port, "sick", signal), "NOT_SERVING");
  server.forceShutdown();
  await assert.rejects(dialer.grpc(host, port, "", signal));
});

test("NetworkDialer.http() has status and body, with the probe's headers, and follows redirects on its host", async () => {
  const server = createServer(({ url, headers }, response) => {
    if (url === "/moved") response.writeHead(302, { location: "/here" }).end();
    else response.writeHead(200).end(`${url} ${headers["x-probe"] ?? ""}`);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const headers = [{ name: "X-Probe", value: "yes" }];
  const probe = { scheme: "http", host, port, path: "/moved", headers } as const;
  const { status, body } = await new NetworkDialer().http(probe, signal);
  assert.deepEqual([status, body], [200, "/here yes"]);
  server.close();
});
