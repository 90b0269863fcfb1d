/** Which endpoint a client had, for service ports with affinity, and in which order endpoints are tried for the next. */
import type { Random } from "#base";
import type { Backend } from "../proxy/backends.ts";
import { maxAffinityClients, maxDials } from "./limits.ts";

interface Memory {
  readonly endpoint: string;
  readonly until: number;
}

/** The clients of one service port, the longest silent first. */
export class Affinity {
  readonly #clients = new Map<string, Memory>();

  /** The remembered endpoint first, when it is still one; the others in an order that is drawn. */
  order(
    list: readonly Backend[],
    client: string,
    { now, random }: { readonly now: number; readonly random: Random },
  ): readonly Backend[] {
    const first = random.below(Math.max(1, list.length));
    const drawn = [...list.slice(first), ...list.slice(0, first)].slice(0, maxDials);
    const memory = this.#clients.get(client);
    const known =
      memory && memory.until > now ? list.find((one) => nameOf(one) === memory.endpoint) : undefined;
    return known === undefined ? drawn : [known, ...drawn.filter((one) => one !== known)];
  }

  /** It has this endpoint until `until`, in milliseconds of the monotonic clock. */
  remember(client: string, backend: Backend, until: number): void {
    this.#clients.delete(client);
    this.#clients.set(client, { endpoint: nameOf(backend), until });
    for (const oldest of this.#clients.keys()) {
      if (this.#clients.size <= maxAffinityClients) return;
      this.#clients.delete(oldest);
    }
  }
}

/** Address and port. */
export function nameOf({ address, port }: Backend): string {
  return `${address} ${port}`;
}
