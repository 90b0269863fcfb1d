/** An API server in virtual time for tests of this room, and informers of it. */
import { createClient, HandlerTransport, InformerSet, type Client } from "#client";
import type { Env } from "#base";
import { SimWorld } from "#base/sim";
import { adminUser, startApiServer } from "../../../test/testing/api-server.ts";

export interface ServedCluster {
  readonly world: SimWorld;
  readonly env: Env;
  readonly client: Client;
  /** Fresh ones, as of a new process. */
  informers(): InformerSet;
  readonly signal: AbortSignal;
}

/** Runs `body` beside a new API server. */
export async function withCluster(
  seed: string,
  body: (cluster: ServedCluster) => Promise<void>,
): Promise<void> {
  const world = new SimWorld(seed, { logLevel: "error" });
  await world.run(async () => {
    const serverEnv = world.env("apiserver");
    const { server } = await startApiServer(serverEnv);
    const client = createClient(new HandlerTransport(server.handlerFor(adminUser)), {
      fieldManager: "tests",
    });
    const env = world.env("node");
    let count = 0;
    const informers = (): InformerSet => new InformerSet(env.child(`informers-${(count += 1)}`), { client });
    await body({ world, env, client, informers, signal: new AbortController().signal });
    await env[Symbol.asyncDispose]();
    await serverEnv[Symbol.asyncDispose]();
  });
}
