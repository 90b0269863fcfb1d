/**
 * A program for tests in network namespaces: answers each TCP connection, and each datagram, with `NAME PEER`.
 * `echo.ts PORT NAME`
 */
import { createSocket } from "node:dgram";
import { createServer } from "node:net";

const [port = "0", name = ""] = process.argv.slice(2);
const datagrams = createSocket("udp6", (_, { address, port: to }) => {
  datagrams.send(`${name} ${address.replace("::ffff:", "")}`, to, address);
});
datagrams.bind(Number(port), () => {
  createServer((socket) => socket.end(`${name} ${socket.remoteAddress?.replace("::ffff:", "")}`)).listen(
    Number(port),
    () => process.stdout.write("listening\n"),
  );
});
