/** What listens inside simulated processes. */
import { type ByteChannel, pour } from "#base/streams";

/** Serves one port, or all of a server that the language does not know. */
export interface Listener {
  readonly port: number | undefined;
  serve(connection: ByteChannel): Promise<void>;
}

/** `nc -p PORT`: gives back what it gets. */
export function echoServer(port: number): Listener {
  return { port, serve: (connection) => pour(connection.input, connection) };
}

/** Answers any request with the container's name. */
export function webServer(hostname: string): Listener {
  const serve = async (connection: ByteChannel): Promise<void> => {
    let request = "";
    for await (const chunk of connection.input) {
      request = `${request}${Buffer.from(chunk).toString("latin1")}`.slice(-8192);
      if (request.includes("\r\n\r\n")) break;
    }
    const body = `${hostname}\n`;
    const head = `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}`;
    await connection.write(Buffer.from(`${head}\r\nconnection: close\r\n\r\n${body}`));
    connection.end();
  };
  return { port: undefined, serve };
}
