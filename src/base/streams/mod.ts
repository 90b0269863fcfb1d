/**
 * The door of `base/streams`: bytes in both directions, and the protocols that carry a container's streams. Apart from
 * `base/rpc`, so that whoever relays bytes does not load gRPC.
 */
export {
  type ByteChannel,
  BytePipe,
  type ByteSink,
  channelPair,
  joinChannels,
  pour,
} from "./byte-channel.ts";
export { acceptChannelForwards, channelForwardProtocols } from "./channel-forward.ts";
export { channelCommand, commandProtocols } from "./channel-socket.ts";
export type { CommandEnd, CommandIo, CommandShape, CommandStreams, TerminalSize } from "./command-streams.ts";
export { StreamError, type StreamErrorCode } from "./errors.ts";
export type { ExchangeAnswer, ExchangeRequest } from "./http-exchange.ts";
export {
  acceptPortForwards,
  type ForwardedConnection,
  forwardedPort,
  openPortForward,
  portForwardProtocol,
  portForwardRequest,
  tunnel,
  tunnelProtocol,
} from "./port-forward.ts";
export { socketChannel, writableSink } from "./socket-channel-node.ts";
export { acceptSpdyCommand, runSpdyCommand, spdyCommandProtocols } from "./spdy-command.ts";
export { SpdyConnection, type SpdyStream } from "./spdy-connection.ts";
export { nodeHttp } from "./node-http-node.ts";
export { asksForUpgrade, chooseUpgrade, type Upgrade, type UpgradeOffer } from "./upgrade.ts";
export { WebSocket, type WebSocketMessage } from "./web-socket.ts";
