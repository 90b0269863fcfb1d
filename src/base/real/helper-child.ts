/** A program that a helper started: what its owner holds of it. */
import { type ChildProcess, type Exit, ProcessError, type ProcessSignal } from "../processes.ts";
import { dataOf, encodeData, encodeFrame, type Frame, maxInputBytes } from "./helper-frames.ts";

/** The way to the helper. */
interface HelperLink {
  send(frame: Buffer): void;
  /** Nothing more is expected of the child. */
  done(): void;
}

export class HelperChild implements ChildProcess {
  /** Rejects with `notFound` or `failed`. */
  readonly started: Promise<void>;
  readonly exited: Promise<Exit>;
  readonly output: ByteQueue;
  readonly errorOutput: ByteQueue;
  readonly #id: number;
  readonly #program: string;
  readonly #link: HelperLink;
  readonly #started = Promise.withResolvers<void>();
  readonly #exited = Promise.withResolvers<Exit>();
  /** Writes that the child has not taken yet, oldest first. */
  readonly #writes: PromiseWithResolvers<void>[] = [];
  readonly #unheard: () => void;
  #pid = 0;
  #open = 3;
  #reads = true;

  constructor(id: number, program: string, signal: AbortSignal, link: HelperLink) {
    this.#id = id;
    this.#program = program;
    this.#link = link;
    this.started = this.#started.promise;
    this.exited = this.#exited.promise;
    const taken = (stream: "output" | "errorOutput") => (bytes: number) =>
      link.send(encodeData("taken", id, { stream, bytes }));
    this.output = new ByteQueue(taken("output"));
    this.errorOutput = new ByteQueue(taken("errorOutput"));
    const onAbort = (): void => this.kill("SIGKILL");
    signal.addEventListener("abort", onAbort, { once: true });
    this.#unheard = () => signal.removeEventListener("abort", onAbort);
  }

  get id(): number {
    return this.#pid;
  }

  async write(data: Uint8Array): Promise<void> {
    for (let at = 0; at < data.length; at += maxInputBytes) {
      if (!this.#reads) throw this.#closed();
      const taken = Promise.withResolvers<void>();
      this.#writes.push(taken);
      this.#link.send(encodeFrame("input", this.#id, data.subarray(at, at + maxInputBytes)));
      await taken.promise;
    }
  }

  closeInput(): void {
    this.#link.send(encodeFrame("endInput", this.#id));
  }

  kill(name: ProcessSignal): void {
    this.#link.send(encodeData("signal", this.#id, { name }));
  }

  /** What the helper tells of it. */
  on(frame: Frame): void {
    switch (frame.kind) {
      case "started":
        this.#pid = dataOf("started", frame).pid;
        return this.#started.resolve();
      case "refused": {
        const { code, message } = dataOf("refused", frame);
        this.#link.done();
        this.#unheard();
        return this.#started.reject(new ProcessError(code, `Cannot start "${this.#program}": ${message}`));
      }
      case "output":
      case "errorOutput":
        return this[frame.kind].push(frame.payload);
      case "outputEnd":
        this.output.end();
        return this.#closes();
      case "errorOutputEnd":
        this.errorOutput.end();
        return this.#closes();
      case "inputTaken":
        return this.#writes.shift()?.resolve();
      case "inputClosed":
        this.#reads = false;
        return this.#writes.shift()?.reject(this.#closed());
      case "exited":
        this.#unheard();
        this.#exited.resolve(dataOf("exited", frame));
        return this.#closes();
      default:
        throw new TypeError(`a helper tells no "${frame.kind}"`);
    }
  }

  /** The helper is gone: so is the child now. */
  lost(why: string): void {
    if (this.#pid > 0) endNow(this.#pid);
    this.#unheard();
    this.#started.reject(
      new ProcessError("failed", `Cannot start "${this.#program}": the helper is gone: ${why}`),
    );
    this.#exited.resolve({ signal: "SIGKILL" });
    this.#readsNoMore();
    this.output.end();
    this.errorOutput.end();
  }

  #closes(): void {
    this.#open -= 1;
    if (this.#open > 0) return;
    // Answers to writes under way find nobody any more.
    this.#link.done();
    this.#readsNoMore();
  }

  #readsNoMore(): void {
    this.#reads = false;
    for (const write of this.#writes.splice(0)) write.reject(this.#closed());
  }

  #closed(): ProcessError {
    return new ProcessError("closed", `Cannot write to "${this.#program}": it reads no more`);
  }
}

function endNow(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Bytes in the order in which they came, for one reader. */
class ByteQueue implements AsyncIterable<Uint8Array> {
  readonly #chunks: Uint8Array[] = [];
  readonly #taken: (bytes: number) => void;
  #ended = false;
  #wake: () => void = () => {};

  constructor(taken: (bytes: number) => void) {
    this.#taken = taken;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.#taken(chunk.length);
        yield chunk;
      } else if (this.#ended) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
