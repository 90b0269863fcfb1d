/**
 * The programs of simulated images that end by themselves: each reads its streams and the container's files, says
 * something and ends with a code. Those that take time, signals or connections are the process's own (`process.ts`).
 */
import { type ProcessWorld, Ending } from "./process-world.ts";
import type { ProgramIo } from "./redirection.ts";
import { pack, unpack } from "./tar-program.ts";

/** Resolves with its exit code. */
export type Program = (args: readonly string[], io: ProgramIo, world: ProcessWorld) => Promise<number>;

/** What one program may collect from its input, and one sequence print. */
const maxInputBytes = 64 * 1024 * 1024;
const maxSequence = 100_000;

const success: Program = async () => 0;
const environment = says(({ variables }) =>
  [...variables].map(([name, value]) => `${name}=${value}\n`).join(""),
);

/** By name. */
export const programs: Readonly<Record<string, Program>> = {
  ":": success,
  "[": async (args, _io, { files }) =>
    test(
      args.filter((arg) => arg !== "]"),
      files,
    ),
  cat,
  date: says(({ clock }) => `${new Date(clock.now()).toISOString()}\n`),
  echo: async (args, io) => {
    await emit(io, args[0] === "-n" ? args.slice(1).join(" ") : `${args.join(" ")}\n`);
    return 0;
  },
  env: environment,
  false: async () => 1,
  hostname: says(({ hostname }) => `${hostname}\n`),
  id: says(() => "uid=0(root) gid=0(root)\n"),
  ls: says(({ files }) => [...files.keys()].map((path) => `${path}\n`).join("")),
  mkdir: success,
  printenv: environment,
  ps: says(() => "PID   USER     COMMAND\n    1 root     main\n"),
  pwd: says(() => "/\n"),
  rm: async (args, _io, { files }) => {
    for (const path of args.filter((arg) => !arg.startsWith("-"))) files.delete(path);
    return 0;
  },
  seq: async (args, io) => {
    for (let i = 1; i <= Math.min(Number(args[0]), maxSequence); i++) await emit(io, `${i}\n`);
    return 0;
  },
  stty: terminalSize,
  tar,
  test: async (args, _io, { files }) => test(args, files),
  touch: async (args, _io, { files }) => {
    for (const path of args) files.set(path, files.get(path) ?? new Uint8Array());
    return 0;
  },
  true: success,
  uname: says(() => "Linux\n"),
  whoami: says(() => "root\n"),
};

/** Prints; nothing is no write. */
export async function emit(io: ProgramIo, what: string | Uint8Array): Promise<void> {
  if (what.length > 0) await io.stdout(Buffer.from(what));
}

/** One line about what went wrong. */
export async function complain(io: ProgramIo, line: string): Promise<void> {
  await io.stderr(Buffer.from(`${line}\n`));
}

function says(text: (world: ProcessWorld) => string): Program {
  return async (_args, io, world) => {
    await emit(io, text(world));
    return 0;
  };
}

async function cat(args: readonly string[], io: ProgramIo, { files }: ProcessWorld): Promise<number> {
  if (args.length === 0) return catInput(io);
  let code = 0;
  for (const path of args) {
    const bytes = files.get(path);
    if (bytes === undefined) {
      await complain(io, `cat: can't open '${path}': No such file or directory`);
      code = 1;
    } else await emit(io, bytes);
  }
  return code;
}

async function catInput(io: ProgramIo): Promise<number> {
  const { input } = io;
  for (let chunk = await input?.chunk(); chunk !== undefined; chunk = await input?.chunk())
    await emit(io, chunk);
  return 0;
}

/** `tar cf - PATH` and `tar -xmf - -C DIRECTORY`. */
async function tar(args: readonly string[], io: ProgramIo, { files }: ProcessWorld): Promise<number> {
  const directory = args.includes("-C") ? (args[args.indexOf("-C") + 1] ?? "/") : "/";
  if (/^-?[a-z]*x/.test(args[0] ?? "")) {
    for (const [path, data] of unpack(await wholeInput(io), directory)) files.set(path, data);
    return 0;
  }
  const path = args.at(-1) ?? "";
  const archive = pack(files, directory, path);
  if (archive !== undefined) await emit(io, archive);
  else await complain(io, `tar: ${path}: Cannot stat: No such file or directory`);
  return archive === undefined ? 2 : 0;
}

async function wholeInput({ input }: ProgramIo): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for (let chunk = await input?.chunk(); chunk !== undefined; chunk = await input?.chunk()) {
    size += chunk.length;
    if (size > maxInputBytes) throw new Ending({ code: 1, outOfMemory: false });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** `stty size`. */
async function terminalSize(
  _args: readonly string[],
  io: ProgramIo,
  { terminal }: ProcessWorld,
): Promise<number> {
  if (terminal === undefined) {
    await complain(io, "stty: standard input: Not a tty");
    return 1;
  }
  await emit(io, `${terminal.size.height} ${terminal.size.width}\n`);
  return 0;
}

function test(args: readonly string[], files: ReadonlyMap<string, unknown>): number {
  return holds(args, files) ? 0 : 1;
}

function holds(args: readonly string[], files: ReadonlyMap<string, unknown>): boolean {
  if (args[0] === "-f" || args[0] === "-e") return files.has(args[1] ?? "");
  if (args[0] === "-d") return isDirectory(args[1] ?? "", files);
  if (args[0] === "!") return !holds(args.slice(1), files);
  if (args[0] === "-n") return (args[1] ?? "") !== "";
  if (args[0] === "-z") return (args[1] ?? "") === "";
  if (args[1] === "=") return args[0] === args[2];
  if (args[1] === "!=") return args[0] !== args[2];
  return (args[0] ?? "") !== "";
}

/** Directories are there while a file is in them, and `/` and `/tmp` always. */
function isDirectory(path: string, files: ReadonlyMap<string, unknown>): boolean {
  const below = `${path.replace(/\/+$/, "")}/`;
  return ["/", "/tmp/"].includes(below) || [...files.keys()].some((file) => file.startsWith(below));
}
