/**
 * A program for tests in network namespaces: for each line `[ADDRESS, PORT, COUNT, "tcp"|"udp", SOURCE?]` asks so many times, and
 * prints the answers, or the errors' codes, as a line.
 */
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { createInterface } from "node:readline";

type Question = readonly [address: string, port: number, count: number, protocol: string, source?: string];

const timeoutMs = 500;

function askByTcp([host, port, , , localAddress]: Question): Promise<string> {
  return new Promise((resolve) => {
    const source = localAddress === undefined ? {} : { localAddress };
    const socket = connect({ host, port, timeout: timeoutMs, ...source });
    let text = "";
    socket.on("data", (data) => (text += data));
    socket.on("timeout", () => socket.destroy(Object.assign(new Error(), { code: "ETIMEDOUT" })));
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
    socket.on("close", () => resolve(text));
  });
}

function askByUdp([address, port]: Question): Promise<string> {
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
    socket.connect(port, address, () => socket.send("?"));
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line) as Question;
  const answers: string[] = [];
  for (let left = question[2]; left > 0; left -= 1)
    answers.push(await (question[3] === "udp" ? askByUdp(question) : askByTcp(question)));
  process.stdout.write(`${JSON.stringify(answers)}\n`);
}
