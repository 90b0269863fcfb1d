/**
 * The bearer token of a WebSocket: browsers cannot set headers for one, but name subprotocols, of which one may be
 * `base64url.bearer.authorization.k8s.io.TOKEN`. Another one has to stand beside it, and only that one goes further.
 */
import { unauthorized } from "#api";
import type { Call } from "../call.ts";

const header = "sec-websocket-protocol";
const prefix = "base64url.bearer.authorization.k8s.io.";

/** Undefined when none is there. Throws 401 for what is none, for two, and for one alone. */
export function webSocketToken(call: Call): string | undefined {
  const names = namesOf(call);
  const [token, ...others] = names.filter((name) => name.startsWith(prefix));
  if (token === undefined) return undefined;
  const text = token.slice(prefix.length);
  if (others.length > 0 || names.length < 2 || !/^[\w-]+$/.test(text)) throw unauthorized();
  return Buffer.from(text, "base64url").toString();
}

/** The call as those see it who come after authentication: without the token. */
export function withoutToken(call: Call): Call {
  const names = namesOf(call);
  const kept = names.filter((name) => !name.startsWith(prefix));
  if (kept.length === names.length) return call;
  const value = kept.join(", ");
  return {
    method: call.method,
    target: call.target,
    remoteAddress: call.remoteAddress,
    header: (name) => (name === header ? value : call.header(name)),
    headers: (start) =>
      call.headers(start).map(([name, one]): [string, string] => [name, name === header ? value : one]),
    body: (maxBytes) => call.body(maxBytes),
    ...(call.stream === undefined ? {} : { stream: call.stream }),
    get signal() {
      return call.signal;
    },
  };
}

function namesOf(call: Call): readonly string[] {
  const text = call.header(header);
  return text === undefined || call.header("upgrade")?.toLowerCase() !== "websocket"
    ? []
    : text.split(",").map((name) => name.trim());
}
