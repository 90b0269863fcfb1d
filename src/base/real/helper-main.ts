/**
 * The helper's program: starts what it is told on its input, and tells on its output what becomes of it. It
 * ends when its input does, as it does when its owner dies; what it started then runs on, without its pipes.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import type { Command } from "../processes.ts";
import {
  dataOf,
  encodeData,
  encodeFrame,
  type Frame,
  FrameReader,
  outputWindowBytes,
} from "./helper-frames.ts";

type NodeChild = ChildProcessByStdio<Writable, Readable, Readable>;

/** One program that runs, and how much of its output is on its way. */
class Child {
  readonly #id: number;
  readonly #child: NodeChild;
  readonly #unread = { output: 0, errorOutput: 0 };

  constructor(id: number, { program, arguments: args, environment, directory }: Command) {
    this.#id = id;
    this.#child = spawn(program, [...args], {
      env: { ...environment },
      cwd: directory,
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#child.stdin.on("error", () => {}); // Each write is answered by itself.
    this.#child.once("error", ({ code, message }: NodeJS.ErrnoException) => {
      children.delete(id);
      tell(encodeData("refused", id, { code: code === "ENOENT" ? "notFound" : "failed", message }));
    });
    this.#child.once("spawn", () => {
      tell(encodeData("started", id, { pid: this.#child.pid ?? 0 }));
      this.#forward("output");
      this.#forward("errorOutput");
    });
    this.#child.once("exit", (code, signal) => {
      tell(encodeData("exited", id, code === null ? { signal: signal ?? "SIGKILL" } : { code }));
    });
    this.#child.once("close", () => children.delete(id));
  }

  on(frame: Frame): void {
    switch (frame.kind) {
      case "input":
        this.#child.stdin.write(frame.payload, (error) => {
          tell(encodeFrame(error === null || error === undefined ? "inputTaken" : "inputClosed", this.#id));
        });
        return;
      case "endInput":
        this.#child.stdin.end();
        return;
      case "signal":
        this.#child.kill(dataOf("signal", frame).name);
        return;
      case "taken": {
        const { stream, bytes } = dataOf("taken", frame);
        this.#unread[stream] -= bytes;
        if (this.#unread[stream] < outputWindowBytes) this.#stream(stream).resume();
        return;
      }
      default:
        throw new TypeError(`a helper takes no "${frame.kind}"`);
    }
  }

  #stream(name: "output" | "errorOutput"): Readable {
    return name === "output" ? this.#child.stdout : this.#child.stderr;
  }

  #forward(name: "output" | "errorOutput"): void {
    const stream = this.#stream(name);
    stream.on("data", (bytes: Buffer) => {
      tell(encodeFrame(name, this.#id, bytes));
      this.#unread[name] += bytes.length;
      if (this.#unread[name] >= outputWindowBytes) stream.pause();
    });
    stream.once("close", () => tell(encodeFrame(`${name}End`, this.#id)));
  }
}

const children = new Map<number, Child>();

function tell(frame: Buffer): void {
  process.stdout.write(frame);
}

const reader = new FrameReader();
process.title = "navarch-helper";
process.stdin.on("data", (bytes: Buffer) => {
  for (const frame of reader.push(bytes)) {
    if (frame.kind === "start") children.set(frame.child, new Child(frame.child, dataOf("start", frame)));
    else if (children.has(frame.child)) children.get(frame.child)?.on(frame);
    else if (frame.kind === "input") tell(encodeFrame("inputClosed", frame.child));
  }
});
process.stdin.once("close", () => process.exit());
