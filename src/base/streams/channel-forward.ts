/**
 * Forwarded ports over the channels of a WebSocket, as libraries ask for them (`v4.channel.k8s.io`): the query names the
 * ports, the channel 2i carries the bytes of the i-th and 2i+1 why it failed, and each begins with its port in two bytes,
 * the low one first. Neither side can close a port alone. (Upstream's `cri/streaming/portforward`.)
 */
import { BytePipe } from "./byte-channel.ts";
import { ChannelSocket } from "./channel-socket.ts";
import type { ForwardedConnection } from "./port-forward.ts";
import type { WebSocket } from "./web-socket.ts";

/** Subprotocols, best first; none stands for the first. */
export const channelForwardProtocols: readonly string[] = ["v4.channel.k8s.io", "v4.base64.channel.k8s.io"];

/** Serves a client until it goes away, or every port is finished. */
export async function acceptChannelForwards(
  webSocket: WebSocket,
  protocol: string,
  ports: readonly number[],
  onConnection: (connection: ForwardedConnection) => void,
): Promise<void> {
  const socket = new ChannelSocket(webSocket, protocol);
  const inputs = ports.map(() => new BytePipe());
  let open = ports.length;
  try {
    for (const [index, port] of ports.entries()) {
      const head = Uint8Array.of(port & 0xff, port >> 8);
      for (const channel of [2 * index, 2 * index + 1]) await socket.send(channel, head);
    }
    for (const [index, port] of ports.entries()) {
      const input = inputs[index] as BytePipe;
      const finish = async (failure?: string): Promise<void> => {
        if (failure !== undefined) await socket.send(2 * index + 1, Buffer.from(failure));
        open -= 1;
        if (open === 0) await socket.close();
      };
      const data = { ...socket.sink(2 * index), input, destroy: () => input.destroy() };
      onConnection({ port, data, finish });
    }
    for await (const { channel, data } of socket.messages()) {
      // What comes for a port that is finished is nobody's.
      if (channel % 2 === 0) await inputs[channel / 2]?.write(data).catch(() => undefined);
    }
  } finally {
    for (const input of inputs) input.end();
  }
}
