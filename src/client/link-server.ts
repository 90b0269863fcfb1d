/**
 * The server's half of a simulated link: accepts connections, and hands each call to the handler of the user that
 * the connection named. A call ends with its connection, as a request does with its socket.
 */
import { type Connection, type Env, isAbort, type Listener, messageOf, type Network } from "#base";
import type { ApiHandler } from "./handler.ts";
import type { ClientMessage, ServerMessage } from "./link-protocol.ts";

export interface LinkServerDeps {
  readonly network: Network;
  /** The gate as that user sees it. */
  readonly handlerFor: (user: string) => ApiHandler;
}

/** Serves at `address` (`"host:port"`) until `signal` aborts or the listener is closed. */
export function serveLink(
  env: Env,
  deps: LinkServerDeps,
  address: string,
  signal: AbortSignal,
): Promise<Listener> {
  return deps.network.listen(
    address,
    (connection) => {
      env.tasks.spawn(`link from ${connection.remoteAddress}`, async (taskSignal) => {
        await serveConnection(env, deps, connection, AbortSignal.any([taskSignal, signal]));
      });
    },
    signal,
  );
}

async function serveConnection(
  env: Env,
  deps: LinkServerDeps,
  connection: Connection,
  signal: AbortSignal,
): Promise<void> {
  const calls = new Map<number, AbortController>();
  const close = () => connection.close();
  signal.addEventListener("abort", close, { once: true });
  let handler: ApiHandler | undefined;
  try {
    for await (const message of connection.messages as AsyncIterable<ClientMessage>) {
      if (message.type === "hello") handler = deps.handlerFor(message.user);
      else if (message.type === "cancel") calls.get(message.id)?.abort();
      else if (handler !== undefined) start(env, connection, handler, message, calls);
    }
  } catch (error) {
    env.log.debug("A link broke", { error: messageOf(error) });
  } finally {
    signal.removeEventListener("abort", close);
    for (const call of calls.values()) call.abort();
    connection.close();
  }
}

function start(
  env: Env,
  connection: Connection,
  handler: ApiHandler,
  message: Extract<ClientMessage, { type: "call" }>,
  calls: Map<number, AbortController>,
): void {
  const { id } = message;
  const call = new AbortController();
  calls.set(id, call);
  env.tasks.spawn(`call ${id}`, async () => {
    try {
      await serveCall(connection, handler, message, call.signal);
    } catch (error) {
      if (!call.signal.aborted && !isAbort(error))
        env.log.debug("A call was lost", { error: messageOf(error) });
      await send(connection, { type: "lost", id }).catch(() => {
        // The link is gone, and its other end knows.
      });
    } finally {
      calls.delete(id);
    }
  });
}

async function serveCall(
  connection: Connection,
  handler: ApiHandler,
  { id, request }: Extract<ClientMessage, { type: "call" }>,
  signal: AbortSignal,
): Promise<void> {
  const { status, headers, ...answer } = await handler(request, signal);
  if (answer.events === undefined) {
    const { body } = answer as { readonly body: unknown };
    return send(connection, { type: "answer", id, status, headers, body, watch: false });
  }
  await send(connection, { type: "answer", id, status, headers, body: undefined, watch: true });
  for await (const batch of answer.events) await send(connection, { type: "events", id, batch });
  await send(connection, { type: "end", id });
}

function send(connection: Connection, message: ServerMessage): Promise<void> {
  return connection.send(message);
}
