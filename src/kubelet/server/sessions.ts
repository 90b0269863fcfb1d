/**
 * Requests that become streams: `/exec`, `/attach` and `/portForward`. The pod is found before the connection changes,
 * so that a refusal is a plain answer; what fails later is told on the streams.
 */
import { type Env, messageOf, type TaskGroup } from "#base";
import {
  acceptChannelForwards,
  acceptPortForwards,
  acceptSpdyCommand,
  asksForUpgrade,
  type ByteChannel,
  channelCommand,
  channelForwardProtocols,
  channelPair,
  chooseUpgrade,
  type CommandIo,
  commandProtocols,
  type CommandShape,
  type CommandStreams,
  type ExchangeAnswer,
  type ExchangeRequest,
  type ForwardedConnection,
  portForwardProtocol,
  spdyCommandProtocols,
  tunnel,
  tunnelProtocol,
  type Upgrade,
  type UpgradeOffer,
  WebSocket,
} from "#base/streams";
import { containersOf } from "../pod/containers.ts";
import type { RuntimeStreams } from "../runtime/streams.ts";
import { maxForwardedPorts, streamsWaitMs } from "./limits.ts";
import type { PodLookup } from "./pod-lookup.ts";
import { Refusal } from "./refusal.ts";

/** What sessions work with. */
export interface SessionsDeps {
  readonly lookup: PodLookup;
  readonly streams: RuntimeStreams;
}

type Run = (shape: CommandShape, io: CommandIo, signal: AbortSignal) => Promise<number>;

/** Each session is a task of its own and ends with its client, its container or the server. */
export class Sessions {
  readonly #env: Env;
  readonly #deps: SessionsDeps;
  readonly #tasks: TaskGroup;

  constructor(env: Env, deps: SessionsDeps, tasks: TaskGroup) {
    this.#env = env;
    this.#deps = deps;
    this.#tasks = tasks;
  }

  async exec(
    request: ExchangeRequest,
    names: readonly string[],
    query: URLSearchParams,
    signal: AbortSignal,
  ): Promise<ExchangeAnswer> {
    const { id } = await this.#container(names, signal);
    const command = query.getAll("command");
    const { streams } = this.#deps;
    const what = "executing command in container";
    return this.#command(request, query, what, (shape, io, gone) =>
      streams.exec(id, command, shape, io, gone),
    );
  }

  async attach(
    request: ExchangeRequest,
    names: readonly string[],
    query: URLSearchParams,
    signal: AbortSignal,
  ): Promise<ExchangeAnswer> {
    const { id, tty } = await this.#container(names, signal);
    const { streams } = this.#deps;
    // Whether there is a terminal was settled when the program began, whatever the client has; a terminal has no stderr.
    return this.#command(request, query, "attaching to container", (shape, io, gone) =>
      streams.attach(id, { ...shape, tty, stderr: shape.stderr && !tty }, io, gone),
    );
  }

  async portForward(
    request: ExchangeRequest,
    [namespace = "", name = "", uid = ""]: readonly string[],
    query: URLSearchParams,
    signal: AbortSignal,
  ): Promise<ExchangeAnswer> {
    const pod = this.#deps.lookup.find(namespace, name, uid);
    if (pod === undefined) throw new Refusal(404, "pod does not exist");
    const sandboxId = await this.#deps.lookup.sandbox(pod, signal);
    const websocket = [tunnelProtocol, ...channelForwardProtocols];
    const upgrade = upgradeOf(request, { websocket, spdy: [portForwardProtocol] });
    const { transport, protocol } = upgrade;
    const hasChannels = transport === "websocket" && protocol !== tunnelProtocol;
    const ports = hasChannels ? portsOf(query) : [];
    return this.#begin("port-forward", upgrade, async (channel, gone) => {
      const onConnection = (connection: ForwardedConnection): void =>
        this.#tasks.spawn("forwarded connection", (ending) =>
          this.#forward(sandboxId, connection, AbortSignal.any([gone, ending])),
        );
      if (transport === "spdy") return acceptPortForwards(channel, onConnection);
      const socket = new WebSocket(channel);
      return hasChannels
        ? acceptChannelForwards(socket, protocol, ports, onConnection)
        : acceptPortForwards(tunnel(socket, channel), onConnection);
    });
  }

  async #container(names: readonly string[], signal: AbortSignal): Promise<{ id: string; tty: boolean }> {
    const [namespace = "", name = "", ...more] = names;
    const [uid = "", container = ""] = more.length > 1 ? more : ["", ...more];
    const pod = this.#deps.lookup.find(namespace, name, uid);
    if (pod === undefined) throw new Refusal(404, "pod does not exist");
    const id = await this.#deps.lookup.running(pod, container, signal);
    return { id, tty: containersOf(pod).find(({ spec }) => spec.name === container)?.spec.tty === true };
  }

  /** `what` was tried is told when it fails. */
  #command(request: ExchangeRequest, query: URLSearchParams, what: string, run: Run): ExchangeAnswer {
    const shape = shapeOf(query);
    const upgrade = upgradeOf(request, { websocket: commandProtocols, spdy: spdyCommandProtocols });
    return this.#begin("command", upgrade, async (channel, ending) => {
      if (upgrade.transport === "spdy") {
        const late = new AbortController();
        const timer = this.#env.clock.timer(streamsWaitMs, () => late.abort());
        const opened = AbortSignal.any([ending, late.signal]);
        const streams = await acceptSpdyCommand(channel, upgrade.protocol, shape, opened);
        timer.cancel();
        return this.#runCommand(streams, shape, what, run, ending);
      }
      const { streams, done } = channelCommand(new WebSocket(channel), upgrade.protocol, shape);
      await this.#runCommand(streams, shape, what, run, ending);
      await done;
    });
  }

  async #runCommand(
    streams: CommandStreams,
    shape: CommandShape,
    what: string,
    run: Run,
    ending: AbortSignal,
  ): Promise<void> {
    const signal = AbortSignal.any([streams.gone, ending]);
    try {
      const exitCode = await run(shape, streams.io, signal);
      await streams.finish({ exitCode });
    } catch (error) {
      if (signal.aborted) return;
      await streams.finish({ failure: `error ${what}: ${messageOf(error)}` });
    }
  }

  async #forward(sandboxId: string, connection: ForwardedConnection, signal: AbortSignal): Promise<void> {
    const { port, data } = connection;
    let finished: Promise<void> | undefined;
    const finish = (failure?: string): Promise<void> => (finished ??= connection.finish(failure));
    // Old clients, and those that cannot close a half, wait for our word before they end their own side.
    const told: ByteChannel = {
      input: data.input,
      write: (bytes) => data.write(bytes),
      // What fails of it, the client has broken off.
      end: () => void finish().catch(() => undefined),
      destroy: () => data.destroy(),
    };
    try {
      await this.#deps.streams.portForward(sandboxId, port, told, signal);
      await finish();
    } catch (error) {
      const what = `error forwarding port ${port} to pod ${sandboxId}, uid `;
      // A client that has gone meanwhile needs no reason.
      await finish(`${what}: ${messageOf(error)}`).catch(() => undefined);
    }
  }

  /** Answers 101 and runs `serve` on the other end of the connection. */
  #begin(
    name: string,
    upgrade: Upgrade,
    serve: (channel: ByteChannel, ending: AbortSignal) => Promise<void>,
  ): ExchangeAnswer {
    const [mine, theirs] = channelPair();
    this.#tasks.spawn(name, async (ending) => {
      const stop = (): void => mine.destroy();
      ending.addEventListener("abort", stop, { once: true });
      try {
        await serve(mine, ending);
        mine.end();
      } catch (error) {
        this.#env.log.debug("A stream broke", { session: name, error: messageOf(error) });
        mine.destroy();
      } finally {
        ending.removeEventListener("abort", stop);
      }
    });
    return { status: 101, headers: upgrade.headers, body: { type: "upgraded", channel: theirs } };
  }
}

function upgradeOf(request: ExchangeRequest, offer: UpgradeOffer): Upgrade {
  const header = (name: string): string | undefined => request.headers[name];
  if (!asksForUpgrade(header)) throw new Refusal(400, "Upgrade request required");
  const upgrade = chooseUpgrade(header, offer);
  if (upgrade !== undefined) return upgrade;
  const asked = header("x-stream-protocol-version") ?? header("sec-websocket-protocol") ?? "";
  throw new Refusal(403, `unable to negotiate protocol: client supports [${asked}]`);
}

/** `port=80,443`, or several. */
function portsOf(query: URLSearchParams): readonly number[] {
  const texts = query.getAll("port").flatMap((text) => text.split(","));
  if (texts.length === 0) throw new Refusal(400, 'query parameter "port" is required');
  if (texts.length > maxForwardedPorts) throw new Refusal(400, `at most ${maxForwardedPorts} ports`);
  return texts.map((text) => {
    if (/^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) <= 0xffff) return Number(text);
    throw new Refusal(400, `unable to parse "${text}" as a port`);
  });
}

function shapeOf(query: URLSearchParams): CommandShape {
  const has = (name: string): boolean => ["1", "true"].includes(query.get(name) ?? "");
  const shape = { stdin: has("input"), stdout: has("output"), stderr: has("error"), tty: has("tty") };
  if (shape.stdin || shape.stdout || shape.stderr) return shape;
  throw new Refusal(400, "you must specify at least 1 of stdin, stdout, stderr");
}
