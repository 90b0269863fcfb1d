/** A program for tests in network namespaces: answers each connection with `NAME PEER` and ends it. `tcp-echo.ts PORT NAME` */
import { createServer } from "node:net";

const [port = "0", name = ""] = process.argv.slice(2);
createServer((socket) => socket.end(`${name} ${socket.remoteAddress?.replace("::ffff:", "")}`)).listen(
  Number(port),
  () => process.stdout.write("listening\n"),
);
