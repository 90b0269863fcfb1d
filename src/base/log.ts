/**
 * Log entries as one line of text or of JSON. An entry never spans lines: control characters are escaped, so
 * that a value read from outside cannot forge a line.
 */
import type { Log, LogFields } from "./env.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** The levels from the chattiest to the gravest. */
const logLevels = ["debug", "info", "warn", "error"] as const satisfies readonly LogLevel[];

export interface LogEntry {
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  readonly level: LogLevel;
  /** Path of the part that speaks: `"navarch/scheduler"`. */
  readonly name: string;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

export type LogSink = (entry: LogEntry) => void;

/** A `Log` that stamps entries and drops those below `level`. */
export class NamedLog implements Log {
  readonly #name: string;
  readonly #threshold: number;
  readonly #now: () => number;
  readonly #sink: LogSink;

  constructor(name: string, level: LogLevel, now: () => number, sink: LogSink) {
    this.#name = name;
    this.#threshold = logLevels.indexOf(level);
    this.#now = now;
    this.#sink = sink;
  }

  debug(message: string, fields?: LogFields): void {
    if (this.#threshold <= 0) this.#write("debug", message, fields);
  }
  info(message: string, fields?: LogFields): void {
    if (this.#threshold <= 1) this.#write("info", message, fields);
  }
  warn(message: string, fields?: LogFields): void {
    if (this.#threshold <= 2) this.#write("warn", message, fields);
  }
  error(message: string, fields?: LogFields): void {
    this.#write("error", message, fields);
  }

  #write(level: LogLevel, message: string, fields: LogFields | undefined): void {
    this.#sink({ timeMs: this.#now(), level, name: this.#name, message, fields });
  }
}

/** `2026-11-21T02:37:17.123Z INFO  navarch/scheduler Bound pod pod=default/web-0 node=n1` */
export function textLine(entry: LogEntry): string {
  const level = entry.level.toUpperCase().padEnd(5);
  let line = `${timestamp(entry.timeMs)} ${level} ${entry.name} ${oneLine(entry.message)}`;
  for (const [key, value] of Object.entries(entry.fields ?? {})) {
    if (value !== undefined) line += ` ${key}=${fieldText(value)}`;
  }
  return line;
}

/** `{"time":"...","level":"info","name":"navarch/scheduler","message":"Bound pod","pod":"default/web-0"}` */
export function jsonLine(entry: LogEntry): string {
  const { timeMs, level, name, message, fields } = entry;
  return JSON.stringify({ time: timestamp(timeMs), level, name, message, ...fields });
}

function timestamp(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

function fieldText(value: string | number | boolean): string {
  const text = String(value);
  return /^[\w./:@+-]+$/.test(text) ? text : JSON.stringify(text);
}

function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (char) =>
    JSON.stringify(char).slice(1, -1),
  );
}
