/** What every `Processes` promises. Each twin calls `processesContract` in its own test file. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Command, type Processes, runToEnd } from "./processes.ts";

/** A twin with four programs of one behaviour each. */
export interface ProcessesFixture {
  readonly processes: Processes;
  /** Copies its input to its output, then exits with 0. */
  readonly echo: Command;
  /** Writes `"complaint"` to its error output and exits with 3. */
  readonly fail: Command;
  /** Writes `"ready"` and does nothing until it is ended; SIGTERM ends it. */
  readonly wait: Command;
  /** Writes `"ready"`; on SIGTERM it writes `"bye"` and exits with 7. */
  readonly graceful: Command;
  run(fn: () => Promise<void>): Promise<void>;
}

export function processesContract(name: string, makeFixture: () => ProcessesFixture): void {
  const check = (promise: string, body: (fixture: ProcessesFixture) => Promise<void>) => {
    test(`${name}: ${promise}`, () => {
      const fixture = makeFixture();
      return fixture.run(() => body(fixture));
    });
  };
  const { signal } = new AbortController();
  const limits = { maxOutputBytes: 1_000_000 };

  check("input goes in and output comes out, whole", async ({ processes, echo }) => {
    const input = Buffer.from("line\n".repeat(50_000));
    const result = await runToEnd(processes, echo, { ...limits, input }, signal);
    assert.deepEqual(result.exit, { code: 0 });
    assert.ok(input.equals(result.output));
  });

  check("output beyond the limit is dropped, not waited for", async ({ processes, echo }) => {
    const input = Buffer.from("x".repeat(300_000));
    const result = await runToEnd(processes, echo, { maxOutputBytes: 10, input }, signal);
    assert.equal(Buffer.from(result.output).toString(), "x".repeat(10));
  });

  check("a failure has its code and its error output", async ({ processes, fail }) => {
    const result = await runToEnd(processes, fail, limits, signal);
    assert.deepEqual(result.exit, { code: 3 });
    assert.equal(Buffer.from(result.errorOutput).toString(), "complaint");
  });

  check("a missing program is notFound", async ({ processes }) => {
    const command = { program: "no-such-program-anywhere", arguments: [] };
    await assert.rejects(processes.spawn(command, signal), { code: "notFound" });
  });

  for (const ending of ["SIGTERM", "SIGKILL"] as const) {
    check(`${ending} ends a program that does not handle it`, async ({ processes, wait }) => {
      const child = await processes.spawn(wait, signal);
      assert.equal(await firstChunk(child.output), "ready");
      child.kill(ending);
      assert.deepEqual(await child.exited, { signal: ending });
      child.kill(ending);
    });
  }

  check("a program may handle SIGTERM and end in its own way", async ({ processes, graceful }) => {
    const child = await processes.spawn(graceful, signal);
    const iterator = child.output[Symbol.asyncIterator]();
    await iterator.next();
    child.kill("SIGTERM");
    const words = await iterator.next();
    assert.equal(Buffer.from(words.value ?? []).toString(), "bye");
    assert.deepEqual(await child.exited, { code: 7 });
  });

  check("an abort kills", async ({ processes, wait }) => {
    const controller = new AbortController();
    const child = await processes.spawn(wait, controller.signal);
    await firstChunk(child.output);
    controller.abort();
    assert.deepEqual(await child.exited, { signal: "SIGKILL" });
  });

  check("writing to a program that has ended is refused as closed", async ({ processes, fail }) => {
    const child = await processes.spawn(fail, signal);
    await child.exited;
    await assert.rejects(
      async () => {
        for (let attempt = 0; attempt < 100; attempt++) await child.write(Buffer.alloc(65_536));
      },
      { code: "closed" },
    );
  });
}

async function firstChunk(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const { value } = await chunks[Symbol.asyncIterator]().next();
  return Buffer.from(value ?? []).toString();
}
