/** The door of `base/rpc`: gRPC with messages as tables. */
export { type Method, method, RpcClient } from "./rpc-client-node.ts";
export { RpcError, type RpcErrorCode } from "./rpc-error.ts";
export { type Decoded, decode, encode, type Given, type Message, message } from "./wire.ts";
