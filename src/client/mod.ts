/** The door of `client`: reaching an API server, and what controllers are built from. */
export type {
  Change,
  Client,
  DeepPartial,
  DeleteOptions,
  Informer,
  Informers,
  List,
  Lister,
  ListOptions,
  NewObject,
  ObjectKey,
  PatchType,
  ResourceClient,
  WatchOptions,
  WriteOptions,
} from "./client.ts";
export { ClientError, type ClientErrorCode, isUnreachable } from "./errors.ts";
export type { ApiAnswer, ApiHandler, WatchAnswer } from "./handler.ts";
export { HandlerTransport } from "./handler-transport.ts";
export type { ApiRequest, ApiResponse, Transport, WatchEvent } from "./transport.ts";
export { type ClientOptions, createClient } from "./typed-client.ts";
