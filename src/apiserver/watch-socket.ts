/** A watch over a WebSocket, as programs in browsers follow: one message for each event. */
import { asksForUpgrade, channelPair, chooseUpgrade, type Upgrade, WebSocket } from "#base/streams";
import type { Tasks } from "#base";
import type { Answer, Call } from "./call.ts";
import type { WatchFeed, FeedEvent } from "./registry/watch-feed.ts";

/** The socket that a watcher asks for; whatever it calls its protocol is good. */
export function socketOf(call: Call): Upgrade | undefined {
  const header = (name: string): string | undefined => call.header(name);
  if (!asksForUpgrade(header)) return undefined;
  const websocket = (header("sec-websocket-protocol") ?? "").split(",").map((name) => name.trim());
  return chooseUpgrade(header, { websocket, spdy: [] });
}

/** `encode` gives an event's bytes; `isText`: whether they are text. */
export function socketAnswer(
  tasks: Tasks,
  feed: WatchFeed,
  upgrade: Upgrade,
  { encode, isText }: { readonly encode: (event: FeedEvent) => Uint8Array; readonly isText: boolean },
): Answer {
  return monologue(tasks, upgrade, async (socket) => {
    using open = feed;
    for (let batch = await open.next(); batch !== undefined; batch = await open.next())
      for (const event of batch.events) await socket.send(encode(event), isText);
  });
}

/** The answer of a server that alone speaks: what `say` sends, and goodbye. */
export function monologue(tasks: Tasks, upgrade: Upgrade, say: (socket: WebSocket) => Promise<void>): Answer {
  const [mine, theirs] = channelPair();
  const socket = new WebSocket(mine);
  tasks.spawn("web socket", async (ending) => {
    const cut = (): void => mine.destroy();
    ending.addEventListener("abort", cut, { once: true });
    // Of what a client says only its goodbye counts: it ends the connection, and with that the request.
    const said = heard(socket);
    try {
      await say(socket);
      await socket.close();
      mine.end();
    } catch {
      mine.destroy(); // the client has gone
    } finally {
      ending.removeEventListener("abort", cut);
      await said;
    }
  });
  return { status: 101, headers: upgrade.headers, body: { type: "upgraded", channel: theirs } };
}

async function heard(socket: WebSocket): Promise<void> {
  try {
    for await (const _ of socket.messages());
  } catch {
    // It went without a word.
  }
}
