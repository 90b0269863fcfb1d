/**
 * Node's HTTP/1.1. An `import` of it makes every export at once, among them a WebSocket client that takes 40 ms and
 * 14 MB to load and that nobody here uses; types may be imported.
 */
export const nodeHttp = process.getBuiltinModule("node:http");
