/**
 * A small world that uses everything a world has (random, timers, network, disk, programs, keys, crashes),
 * with a lot of garbage, for the tests that compare runs. `digestOf` is called in this process and in
 * others with other heaps.
 */
import type { Env } from "../env.ts";
import { NetworkError } from "../network.ts";
import { runToEnd } from "../processes.ts";
import { installTrap } from "./trap.ts";
import { SimWorld } from "./world.ts";

const clients = ["c1", "c2", "c3"];
const { signal } = new AbortController();

/**
 * Runs the world of `seed` for five simulated minutes; the digest, with the number of events and of
 * messages heard.
 */
export async function digestOf(seed: string): Promise<string> {
  const world = new SimWorld(seed, { maxLatenessMs: 1 });
  using _trap = installTrap(world);
  let heard = 0;
  world.programs.install("sum", async ({ input, write }) => {
    let total = 0;
    for await (const chunk of input) for (const byte of chunk) total += byte;
    await write(String(total));
    return 0;
  });
  startServer(world, () => heard++);
  for (const name of clients) startClient(world, name);
  for (let step = 0; step < 30; step++) {
    await world.advance(10_000);
    disturb(world, () => heard++);
  }
  return `${world.digest} ${world.events} ${heard} ${JSON.stringify(world.faults.all())}`;
}

function startServer(world: SimWorld, onMessage: () => void): void {
  const env = world.env("server");
  env.tasks.spawn("serve", async () => {
    const keys = env.crypto.generateKeyPair();
    const log = await world.disks.of(env).append("log");
    await world.network.of(env).listen(
      "server:1",
      (connection) => {
        env.tasks.spawn("answer", () =>
          survive(async () => {
            for await (const message of connection.messages) {
              onMessage();
              const bytes = Buffer.from(JSON.stringify(message));
              await log.append(bytes);
              const proof =
                env.random.below(8) === 0
                  ? env.crypto.sign(keys.privateKeyPem, bytes)
                  : env.crypto.sha256(bytes);
              await connection.send(Buffer.from(proof).toString("hex"));
            }
          }),
        );
      },
      signal,
    );
  });
}

function startClient(world: SimWorld, name: string): void {
  const env = world.env(name);
  env.tasks.spawn("talk", async (taskSignal) => {
    for (;;) {
      await survive(() => talk(world, env));
      await env.clock.sleep(env.random.below(500), AbortSignal.any([taskSignal, signal]));
    }
  });
}

async function talk(world: SimWorld, env: Env): Promise<void> {
  const connection = await world.network.of(env).connect("server:1", signal);
  for (let round = 0; round < 5; round++) {
    const garbage = Array.from({ length: 300 }, (_, index) => ({ index, text: `${round}-${index}` }));
    await connection.send({ id: env.random.uuid(), round, size: garbage.length });
    await connection.messages[Symbol.asyncIterator]().next();
    await env.clock.sleep(env.random.float() * 400);
  }
  connection.close();
  const input = env.crypto.randomBytes(32);
  const command = { program: "sum", arguments: [] };
  const sum = await runToEnd(world.programs.of(env), command, { input, maxOutputBytes: 100 }, signal);
  env.log.info("Summed", { sum: Buffer.from(sum.output).toString() });
}

function disturb(world: SimWorld, onMessage: () => void): void {
  const victim = clients[world.random.below(clients.length)] ?? "c1";
  switch (world.random.below(5)) {
    case 0:
      world.network.partition("server", victim);
      break;
    case 1:
      world.network.heal();
      break;
    case 2:
      world.network.cut(victim);
      break;
    case 3:
      world.crash(victim);
      startClient(world, victim);
      break;
    default:
      world.powerCut("server");
      startServer(world, onMessage);
  }
}

/** A link that breaks is part of the plan. */
async function survive(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
  }
}
