/**
 * A log over a WebSocket, as upstream's streams of bytes are had: an empty message at once, then the text in messages as it
 * comes, as it is (`binary.k8s.io`, or no protocol) or in base64 (`base64.binary.k8s.io`).
 */
import { StatusError } from "#api";
import type { Tasks } from "#base";
import { asksForUpgrade, chooseUpgrade, type ExchangeAnswer } from "#base/streams";
import type { Answer, Call } from "./call.ts";
import { monologue } from "./watch-socket.ts";

const inBase64 = "base64.binary.k8s.io";
const offer = { websocket: ["binary.k8s.io", inBase64], spdy: [] };

/** Undefined for a client that asks for no WebSocket. Throws 403 when it speaks none of the protocols. */
export function logSocketAnswer(tasks: Tasks, call: Call, { body }: ExchangeAnswer): Answer | undefined {
  const header = (name: string): string | undefined => call.header(name);
  if (body.type === "upgraded" || !asksForUpgrade(header)) return undefined;
  const upgrade = chooseUpgrade(header, offer);
  if (upgrade === undefined)
    throw new StatusError(403, "Forbidden", `unable to upgrade: protocols are ${offer.websocket.join(", ")}`);
  const isText = upgrade.protocol === inBase64;
  return monologue(tasks, upgrade, async (socket) => {
    await socket.send(Buffer.alloc(0), isText);
    for await (const chunk of body.type === "bytes" ? [body.bytes] : body.chunks)
      await socket.send(isText ? Buffer.from(Buffer.from(chunk).toString("base64")) : chunk, isText);
  });
}
