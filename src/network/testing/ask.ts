/**
 * A program for tests in network namespaces: asks COUNT times and prints each answer, or the error's code.
 * `ask.ts ADDRESS PORT COUNT tcp|udp [SOURCE]`
 */
import { createSocket } from "node:dgram";
import { connect } from "node:net";

const [address = "", port = "0", count = "1", protocol = "tcp", localAddress] = process.argv.slice(2);
const timeoutMs = 500;

function ask(): Promise<string> {
  return new Promise((resolve) => {
    const source = localAddress === undefined ? {} : { localAddress };
    const socket = connect({ host: address, port: Number(port), timeout: timeoutMs, ...source });
    let text = "";
    socket.on("data", (data) => (text += data));
    socket.on("timeout", () => socket.destroy(Object.assign(new Error(), { code: "ETIMEDOUT" })));
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
    socket.on("close", () => resolve(text));
  });
}

function askByUdp(): Promise<string> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    const end = (text: string): void => {
      clearTimeout(timer);
      socket.close();
      resolve(text);
    };
    const timer = setTimeout(() => end("ETIMEDOUT"), timeoutMs);
    socket.on("message", (text) => end(String(text)));
    socket.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? "error"));
    socket.connect(Number(port), address, () => socket.send("?"));
  });
}

const answers: string[] = [];
for (let left = Number(count); left > 0; left -= 1)
  answers.push(await (protocol === "udp" ? askByUdp() : ask()));
process.stdout.write(`${answers.join("\n")}\n`);
