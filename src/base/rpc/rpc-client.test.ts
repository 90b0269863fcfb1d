/** A gRPC client and nobody there; calls that are answered are in the tests of those who make them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { messageOf } from "../errors.ts";
import { method, RpcClient } from "./rpc-client-node.ts";
import { message } from "./wire.ts";

test("RpcClient.call() says once why there is no connection", async () => {
  using client = new RpcClient("unix:/nonexistent/x.sock", {});
  const ask = client.call(method("a.B/C", message({}), message({})), {}, 5_000, new AbortController().signal);
  await assert.rejects(ask, (error) => {
    assert.equal(messageOf(error), "no connection: connect ENOENT /nonexistent/x.sock");
    return true;
  });
});
