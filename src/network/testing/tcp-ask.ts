/** A program for tests in network namespaces: connects COUNT times and prints each answer, or the error's code. `tcp-ask.ts ADDRESS PORT COUNT` */
import { connect } from "node:net";

const [address = "", port = "0", count = "1"] = process.argv.slice(2);

function ask(): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: Number(port), timeout: 1_000 });
    let text = "";
    socket.on("data", (data) => (text += data));
    socket.on("timeout", () => socket.destroy(Object.assign(new Error(), { code: "ETIMEDOUT" })));
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
    socket.on("close", () => resolve(text));
  });
}

const answers: string[] = [];
for (let left = Number(count); left > 0; left -= 1) answers.push(await ask());
process.stdout.write(`${answers.join("\n")}\n`);
