/**
 * Ports for programs that tests kill and start again. They lie below the range from which the kernel takes ports for
 * outgoing connections (32768 and up): in there, a client that tries to come back to a killed server takes the server's own
 * port sooner or later, connects to itself, and the server can never start again.
 */
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

const first = 12_000;
const end = 30_000;
const triesMax = 100;

/** A port of loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const port = randomInt(first, end);
    const server = createServer();
    const outcome = await new Promise<"free" | "taken">((resolve) => {
      server.once("error", () => resolve("taken"));
      server.listen(port, "127.0.0.1", () => resolve("free"));
    });
    if (outcome === "taken") continue;
    server.close();
    await once(server, "close");
    return port;
  }
  throw new Error(`Cannot find a free port from ${first} to ${end} in ${triesMax} tries`);
}
