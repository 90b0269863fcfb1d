/** The three streams of simulated processes: input read by line or whole, a terminal between client and process. */
import type { ByteSink, TerminalSize } from "#base/streams";

/** What a process reads, by whoever of its programs reads next. */
export class SimInput {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);
  #ended = false;

  constructor(input: AsyncIterable<Uint8Array>) {
    this.#chunks = input[Symbol.asyncIterator]();
  }

  /** The next bytes; undefined at the end. */
  async chunk(): Promise<Buffer | undefined> {
    if (this.#rest.length === 0) await this.#more();
    const chunk = this.#rest;
    this.#rest = Buffer.alloc(0);
    return chunk.length === 0 ? undefined : chunk;
  }

  /** The next line without its end; undefined at the end. */
  async line(): Promise<string | undefined> {
    let end = this.#rest.indexOf(10);
    while (end < 0 && (await this.#more())) end = this.#rest.indexOf(10);
    if (end < 0 && this.#rest.length === 0) return undefined;
    const line = this.#rest.toString("utf8", 0, end < 0 ? undefined : end);
    this.#rest = end < 0 ? Buffer.alloc(0) : this.#rest.subarray(end + 1);
    return line;
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false;
    const { done, value } = await this.#chunks.next();
    this.#ended = done === true;
    if (done !== true) this.#rest = Buffer.concat([this.#rest, value]);
    return !this.#ended;
  }
}

const [endOfInput, interrupt, carriageReturn] = [4, 3, 13];

/** A terminal's line discipline, as far as a person sees it: echo, line ends, Ctrl-C and Ctrl-D. */
export class SimTerminal {
  readonly #output: ByteSink | undefined;
  readonly #onInterrupt: () => void;
  /** Unknown until the client has told it. */
  size: TerminalSize = { width: 0, height: 0 };

  constructor(output: ByteSink | undefined, onInterrupt: () => void) {
    this.#output = output;
    this.#onInterrupt = onInterrupt;
  }

  /** What the process writes, as the terminal shows it. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#output?.write(
      Buffer.from(Buffer.from(bytes).toString("latin1").replaceAll("\n", "\r\n"), "latin1"),
    );
  }

  /** What a person types, as the process reads it. */
  async *input(typed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of typed) {
      const bytes = Buffer.from(chunk);
      if (bytes.includes(interrupt)) this.#onInterrupt();
      const end = bytes.indexOf(endOfInput);
      const text = end < 0 ? bytes : bytes.subarray(0, end);
      for (const [at, byte] of text.entries()) if (byte === carriageReturn) text[at] = 10;
      await this.write(text);
      if (text.length > 0) yield text;
      if (end >= 0) return;
    }
  }
}
