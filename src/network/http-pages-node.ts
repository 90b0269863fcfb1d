/** Pages over `node:http`. */
import { createServer } from "node:http";
import { type Bound, type SocketAddress, SocketError } from "./dns/sockets.ts";
import { type PageFor, type Pages, textPage } from "./pages.ts";

/** Askers that say nothing are let go after this long. */
const headersTimeoutMs = 5_000;
const maxConnections = 256;

export class HttpPages implements Pages {
  serve(at: SocketAddress, page: PageFor): Promise<Bound> {
    const server = createServer({ headersTimeout: headersTimeoutMs }, (request, response) => {
      const reads = request.method === "GET" || request.method === "HEAD";
      const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
      const found = reads ? page(path, request.headers.accept) : textPage("Method Not Allowed\n", 405);
      const { status, headers, body } = found ?? textPage("404 page not found\n", 404);
      response.writeHead(status, { "content-length": Buffer.byteLength(body), ...headers });
      response.end(request.method === "HEAD" ? undefined : body);
    });
    server.maxConnections = maxConnections;
    return new Promise((resolve, reject) => {
      server.once("error", (cause: NodeJS.ErrnoException) => {
        const code = cause.code === "EADDRINUSE" ? "addressInUse" : "failed";
        reject(new SocketError(code, `Cannot serve HTTP at ${at.address}:${at.port}`, { cause }));
      });
      server.listen(at.port, at.address, () => {
        const bound = server.address();
        const port = typeof bound === "object" && bound !== null ? bound.port : at.port;
        const close = (): void => {
          server.close();
          server.closeAllConnections();
        };
        resolve({ at: { address: at.address, port }, close });
      });
    });
  }
}
