/**
 * Where a simulated program's streams go: `> FILE`, `>> FILE`, `< FILE`, `2>&1`, `>&2`, applied from left to right
 * as in POSIX, so that `> f 2>&1` puts both into the file and `2>&1 > f` only the first. A file is there, and empty,
 * before its program begins.
 */
import { SimInput } from "./sim-io.ts";

/** One redirection, `descriptor` of the program by `mode`; its target is a path, or a descriptor to copy. */
export interface Redirection {
  readonly descriptor: 0 | 1 | 2;
  readonly mode: "read" | "write" | "append" | "copy";
}

/** What a program reads and writes. */
export interface ProgramIo {
  readonly input: SimInput | undefined;
  stdout(bytes: Uint8Array): Promise<void>;
  stderr(bytes: Uint8Array): Promise<void>;
}

type Sink = ProgramIo["stdout"];

const nowhere: Sink = () => Promise.resolve();

/** The streams after one redirection more; undefined when the file to read is not there. */
export function redirect(
  io: ProgramIo,
  { descriptor, mode }: Redirection,
  target: string,
  files: Map<string, Uint8Array>,
): ProgramIo | undefined {
  if (mode === "read") {
    const bytes = target === "/dev/null" ? new Uint8Array() : files.get(target);
    return bytes === undefined ? undefined : { ...io, input: new SimInput(once(bytes)) };
  }
  if (descriptor === 0) return io;
  const sink = mode === "copy" ? copied(io, target) : fileSink(io, target, mode, files);
  return descriptor === 1 ? { ...io, stdout: sink } : { ...io, stderr: sink };
}

function copied(io: ProgramIo, target: string): Sink {
  return target === "1" ? io.stdout : target === "2" ? io.stderr : nowhere;
}

function fileSink(io: ProgramIo, path: string, mode: string, files: Map<string, Uint8Array>): Sink {
  if (path === "/dev/null") return nowhere;
  if (path === "/dev/stdout") return io.stdout;
  if (path === "/dev/stderr") return io.stderr;
  if (mode === "write" || !files.has(path)) files.set(path, new Uint8Array());
  return (bytes) => {
    files.set(path, Buffer.concat([files.get(path) ?? new Uint8Array(), bytes]));
    return Promise.resolve();
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}
