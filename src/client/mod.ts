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
  ResourceRef,
  WatchOptions,
  WriteOptions,
} from "./client.ts";
export { abortable } from "./abortable.ts";
export { BackOff } from "./back-off.ts";
export { type DiscoveredResource, type Discovery, discover } from "./discovery.ts";
export { ClientError, type ClientErrorCode, isUnreachable } from "./errors.ts";
export { EventRecorder, type EventRecorderOptions, type EventSink } from "./event-recorder.ts";
export { FencedTransport } from "./fenced-transport.ts";
export type { ApiAnswer, ApiHandler, WatchAnswer } from "./handler.ts";
export { HandlerTransport } from "./handler-transport.ts";
export { HttpsTransport, type HttpsOptions } from "./https-transport-node.ts";
export { keyOf, keyText, parseKey } from "./indexed-cache.ts";
export { InformerSet } from "./informer-set.ts";
export {
  type ClusterEntry,
  type ContextEntry,
  emptyKubeconfig,
  type Kubeconfig,
  type KubeconfigEntry,
  type UserEntry,
  withEntry,
  withoutContext,
  writeKubeconfig,
} from "./kubeconfig.ts";
export {
  type Credentials,
  changeKubeconfig,
  checkKubeconfig,
  credentialsOf,
  type FileOwner,
  loadKubeconfigs,
} from "./kubeconfig-node.ts";
export { LeaderElection, type LeaderElectionOptions } from "./leader-election.ts";
export { type LinkServerDeps, serveLink } from "./link-server.ts";
export { type LinkOptions, LinkTransport } from "./link-transport.ts";
export { objectPath } from "./paths.ts";
export { RetryingTransport } from "./retrying-transport.ts";
export type { ApiRequest, ApiResponse, Transport, WatchEvent } from "./transport.ts";
export { type ClientOptions, createClient } from "./typed-client.ts";
export { WorkQueue } from "./work-queue.ts";
