/**
 * The relay's program: it runs in the network of a pod, and joins connections of a unix socket with ports of that pod.
 * It ends with its input, as when its owner dies. `pod-relays-node.ts` is the other side.
 *
 *   connection = number (4 bytes), port (2)  ->  <- 0, or 1 and why not; then bytes, each half closed on its own
 *   input      = number (4): that connection is over, whatever is still open of it
 */
import { connect, createServer, type Socket } from "node:net";

const headBytes = 6;
const numberBytes = 4;
const connections = new Map<number, readonly Socket[]>();

async function accept(owner: Socket): Promise<void> {
  owner.on("error", () => owner.destroy());
  const head = await new Promise<Buffer>((resolve) => owner.once("data", resolve));
  owner.pause();
  if (head.length !== headBytes) return void owner.destroy();
  const [number, port] = [head.readUInt32BE(0), head.readUInt16BE(numberBytes)];
  connections.set(number, [owner]);
  owner.once("close", () => connections.delete(number));
  try {
    const pod = await dial(port);
    connections.set(number, [owner, pod]);
    owner.write(Uint8Array.of(0));
    join(owner, pod);
  } catch (error) {
    owner.end(`\u0001${(error as Error).message}`);
  }
}

/** As upstream does: by version 4, then by version 6. */
async function dial(port: number): Promise<Socket> {
  try {
    return await dialAt("127.0.0.1", port);
  } catch (first) {
    try {
      return await dialAt("::1", port);
    } catch {
      throw first;
    }
  }
}

function dialAt(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
  return new Promise((resolve, reject) => {
    socket.once("error", ({ code, message }: NodeJS.ErrnoException) => {
      const why = code === "ECONNREFUSED" ? "connection refused" : message;
      reject(
        new Error(`failed to connect to localhost:${port} inside the pod: dial ${host}:${port}: ${why}`),
      );
    });
    socket.once("connect", () => resolve(socket));
  });
}

function join(a: Socket, b: Socket): void {
  const over = (): void => {
    a.destroy();
    b.destroy();
  };
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.on("error", over);
    // An orderly close comes after the end, which `pipe` passes on.
    from.once("close", () => (from.readableEnded ? undefined : over()));
    from.pipe(to);
  }
}

let rest: Buffer = Buffer.alloc(0);

process.title = "navarch-relay";
process.stdin.on("data", (bytes: Buffer) => {
  rest = Buffer.concat([rest, bytes]);
  for (; rest.length >= numberBytes; rest = rest.subarray(numberBytes))
    for (const socket of connections.get(rest.readUInt32BE(0)) ?? []) socket.destroy();
});
process.stdin.once("close", () => process.exit());
createServer({ allowHalfOpen: true }, (owner) => void accept(owner)).listen(process.argv[2], () =>
  process.stdout.write("ready"),
);
