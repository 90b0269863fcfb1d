/** The door of `apiserver`. */
export type { Answer, Call, CallBody, PeerCertificate, WatchItem } from "./call.ts";
export { pluginNames } from "./admission/plugins.ts";
export { Catalog } from "./catalog.ts";
export { HttpsFront, type FrontDeps, type FrontOptions } from "./front/https-front-node.ts";
export type { Audit } from "./gate.ts";
export { HttpsNodes, type HttpsNodesOptions } from "./nodes/https-nodes-node.ts";
export type { NodeAccess, NodeTarget } from "./nodes/node-access.ts";
export type { Backend, BackendAccess } from "./proxy/backends.ts";
export { HttpBackends } from "./proxy/http-backends-node.ts";
export type { PlainAnswer, PlainRequest } from "./in-process.ts";
export { describeRecords } from "./registry/records.ts";
export { ApiServer, type ApiServerDeps, type ApiServerOptions } from "./server.ts";
export { MASTERS, serviceAccountUser, type User, userOf } from "./user.ts";
