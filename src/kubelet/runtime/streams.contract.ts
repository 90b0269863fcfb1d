/** What streams and logs of every runtime must do; a part of `runtime.contract.ts`. */
import assert from "node:assert/strict";
import { BytePipe, type CommandIo, channelPair } from "#base/streams";
import type { RuntimeBench } from "../testing/runtime-bench.ts";

type Check = (title: string, body: (bench: RuntimeBench) => Promise<void>) => void;

async function textOf(input: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** What a command printed when it was given that on its input. */
async function run(
  bench: RuntimeBench,
  id: string,
  command: readonly string[],
  input?: readonly Uint8Array[],
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const [stdin, stdout, stderr] = [new BytePipe(), new BytePipe(), new BytePipe()];
  const shape = { stdin: input !== undefined, stdout: true, stderr: true, tty: false };
  const io: CommandIo = { stdout, stderr, ...(input === undefined ? {} : { stdin }) };
  const feed = async (): Promise<void> => {
    for (const chunk of input ?? []) await stdin.write(chunk);
    stdin.end();
  };
  const exec = async (): Promise<number> => {
    const code = await bench.streams.exec(id, command, shape, io, bench.signal);
    stdout.end();
    stderr.end();
    return code;
  };
  const [code, out, errors] = await Promise.all([exec(), textOf(stdout), textOf(stderr), feed()]);
  return { code, stdout: out, stderr: errors };
}

export function streamTests(check: Check): void {
  check("exec by streams tells outputs apart, and the exit code", async (bench) => {
    const id = await bench.start(await bench.sandbox("a"), "sleep 1000");
    const { code, stdout, stderr } = await run(bench, id, ["sh", "-c", "echo out; cat /none; exit 7"]);
    assert.deepEqual([code, stdout], [7, "out\n"]);
    assert.match(stderr, /\/none/);
  });

  check("the end of an exec's input ends what reads it, and all of it comes back", async (bench) => {
    const id = await bench.start(await bench.sandbox("a"), "sleep 1000");
    const input = Array.from({ length: 40 }, (_, index) => Buffer.alloc(50_000, 97 + (index % 26)));
    const { code, stdout } = await run(bench, id, ["cat"], input);
    assert.equal(code, 0);
    assert.equal(stdout === Buffer.concat(input).toString(), true);
  });

  check("an exec of what is not there fails, and one in a container that has ended too", async (bench) => {
    const sandbox = await bench.sandbox("a");
    const id = await bench.start(sandbox, "sleep 1000");
    await assert.rejects(run(bench, id, ["/nonexistent"]), /failed to exec in container/);
    const ended = await bench.start(sandbox, "exit 0");
    await bench.ended(ended);
    await assert.rejects(run(bench, ended, ["true"]));
    await assert.rejects(run(bench, "0".repeat(64), ["true"]), { code: "not-found" });
  });

  check("attach joins the main program until it ends", async (bench) => {
    const sandbox = await bench.sandbox("a");
    const id = await bench.create(sandbox, "cat", { stdin: true, stdinOnce: true });
    await bench.runtime.startContainer(id, bench.signal);
    const [stdin, stdout] = [new BytePipe(), new BytePipe()];
    const shape = { stdin: true, stdout: true, stderr: false, tty: false };
    const attached = bench.streams.attach(id, shape, { stdin, stdout }, bench.signal);
    await stdin.write(Buffer.from("hello\n"));
    const first = await stdout[Symbol.asyncIterator]().next();
    assert.equal(Buffer.from(first.value ?? []).toString(), "hello\n");
    stdin.end();
    await attached;
    assert.equal((await bench.ended(id)).exitCode, 0);
  });

  check("a port that nobody listens to is refused by name", async (bench) => {
    const sandbox = await bench.sandbox("a");
    await bench.start(sandbox, "sleep 1000");
    const [near, far] = channelPair();
    await assert.rejects(bench.streams.portForward(sandbox, 7001, far, bench.signal), /connection refused/);
    near.destroy();
  });

  check("a log has what was printed, its tail, and ends for a follower with the container", async (bench) => {
    const id = await bench.start(await bench.sandbox("a"), "echo one; echo two; sleep 1; echo three");
    const read = async (follow: boolean, tailLines?: number): Promise<readonly string[]> => {
      const status = await bench.runtime.containerStatus(id, bench.signal);
      const range = { follow, ...(tailLines === undefined ? {} : { tailLines }) };
      const lines: string[] = [];
      for await (const batch of bench.logs.read(status, range, bench.signal)) {
        for (const { text, stream, timestamp } of batch) {
          assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/);
          lines.push(`${stream} ${Buffer.from(text).toString()}`);
        }
      }
      return lines;
    };
    assert.deepEqual(await read(true), ["stdout one", "stdout two", "stdout three"]);
    assert.deepEqual(await read(false, 2), ["stdout two", "stdout three"]);
    assert.deepEqual(await read(false, 0), []);
  });
}
