/** Calls of a benchmark's own (set-up, waiting), by the lean connection. */
import { setTimeout as sleep } from "node:timers/promises";
import { closedLoop, LeanConnection, requestBytes, type Target } from "./lean-connection.ts";

/** One GET, parsed. */
export async function getJson(connection: LeanConnection, target: Target, path: string): Promise<unknown> {
  const reply = await connection.send(requestBytes(target, "GET", path));
  if (reply.status !== 200) throw new Error(`GET ${path} was answered with ${reply.status}: ${reply.text()}`);
  return JSON.parse(reply.text());
}

/** Creates every object by POST to `path`; throws when one is refused. */
export async function createAll(target: Target, path: string, objects: readonly unknown[]): Promise<void> {
  const requests = objects.map((object) => requestBytes(target, "POST", path, JSON.stringify(object)));
  const { bad } = await closedLoop(target, 32, requests.length, (index) => requests[index] as Buffer);
  if (bad > 0) throw new Error(`${bad} of ${objects.length} objects were refused`);
}

/** Polls until `isDone`; resolves with the milliseconds it took. Throws after `timeoutMs`. */
export async function until(
  isDone: () => Promise<boolean>,
  intervalMs: number,
  timeoutMs: number,
): Promise<number> {
  const started = performance.now();
  while (!(await isDone())) {
    if (performance.now() - started > timeoutMs) throw new Error(`Nothing came of it in ${timeoutMs} ms`);
    await sleep(intervalMs);
  }
  return performance.now() - started;
}
