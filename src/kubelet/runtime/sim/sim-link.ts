/**
 * The connection between a kubelet and what runs beside it in another simulated process (its runtime, its
 * images): calls take a turn of the caller's clock each way. When the caller's host crashes its clock stands
 * still, so a dead kubelet neither acts nor hears any more, as when its socket closed with it.
 */
import type { Env } from "#base";

/** Methods whose answer is a stream. */
const streams: ReadonlySet<string | symbol> = new Set(["containerEvents", "changes"]);

/** The same service over a connection of `env`'s host. */
export function simLink<T extends object>(env: Env, service: T): T {
  return new Proxy(service, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        const call = (): unknown => Reflect.apply(member, target, args);
        return streams.has(name) ? relayed(env, call() as AsyncIterable<unknown>) : answered(env, call);
      };
    },
  });
}

async function answered(env: Env, call: () => unknown): Promise<unknown> {
  await env.clock.sleep(0);
  try {
    return await call();
  } finally {
    await env.clock.sleep(0);
  }
}

async function* relayed(env: Env, items: AsyncIterable<unknown>): AsyncIterable<unknown> {
  for await (const item of items) {
    await env.clock.sleep(0);
    yield item;
  }
}
