/**
 * What a client asks a connection to become (RFC 9110 §7.8), and what it is told: a WebSocket with a subprotocol, or
 * SPDY/3.1 with a version in a header of its own.
 */
import { acceptKey } from "./web-socket.ts";

/** A protocol that both sides speak, and the headers of the answer 101. */
export interface Upgrade {
  readonly transport: "websocket" | "spdy";
  readonly protocol: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The names that a server knows, best first. */
export interface UpgradeOffer {
  readonly websocket: readonly string[];
  readonly spdy: readonly string[];
}

type Header = (name: string) => string | undefined;

/** Whether the request asks for an upgrade at all. */
export function asksForUpgrade(header: Header): boolean {
  return /\bupgrade\b/i.test(header("connection") ?? "") && header("upgrade") !== undefined;
}

/** Undefined when the two have no protocol in common. */
export function chooseUpgrade(header: Header, offer: UpgradeOffer): Upgrade | undefined {
  const wanted = (header("upgrade") ?? "").toLowerCase();
  if (wanted === "websocket") return websocket(header, offer.websocket);
  if (wanted !== "spdy/3.1") return undefined;
  const versions = namesIn(header("x-stream-protocol-version"));
  const protocol = offer.spdy.find((name) => versions.includes(name));
  if (protocol === undefined) return undefined;
  const headers = { connection: "Upgrade", upgrade: "SPDY/3.1", "x-stream-protocol-version": protocol };
  return { transport: "spdy", protocol, headers };
}

function websocket(header: Header, offer: readonly string[]): Upgrade | undefined {
  const key = header("sec-websocket-key");
  if (key === undefined || header("sec-websocket-version") !== "13") return undefined;
  const asked = namesIn(header("sec-websocket-protocol"));
  const protocol = asked.length === 0 ? "" : asked.find((name) => offer.includes(name));
  if (protocol === undefined) return undefined;
  const headers = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-accept": acceptKey(key),
    ...(protocol === "" ? {} : { "sec-websocket-protocol": protocol }),
  };
  return { transport: "websocket", protocol, headers };
}

function namesIn(header: string | undefined): readonly string[] {
  return (header ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
