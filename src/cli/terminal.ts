/** What the user sees: results on stdout, progress and complaints on stderr; colour only where it is a terminal. */
import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

export class Terminal {
  readonly #colour: boolean;

  constructor(colour = process.stderr.isTTY === true && process.env["NO_COLOR"] === undefined) {
    this.#colour = colour;
  }

  /** A result, for people or programs. */
  print(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  json(value: unknown): void {
    this.print(JSON.stringify(value, undefined, 2));
  }

  /** A finished step with its time. */
  step(text: string, ms: number): void {
    process.stderr.write(
      `${this.#style("green", "ok")}  ${text.padEnd(44)} ${this.#style("dim", `${Math.round(ms)} ms`)}\n`,
    );
  }

  note(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  /** A complaint and what to do about it. */
  fail(message: string, remedy?: string): void {
    process.stderr.write(`${this.#style("red", "error:")} ${message}\n`);
    if (remedy !== undefined) process.stderr.write(`       ${remedy}\n`);
  }

  #style(style: Style, text: string): string {
    return this.#colour ? styleText(style, text) : text;
  }
}
