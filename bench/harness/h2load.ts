/**
 * `h2load` (nghttp2-client): the leanest load over HTTP there is. It cannot show a client certificate: a
 * token is sent.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Target } from "./lean-connection.ts";

const execute = promisify(execFile);

export interface H2LoadOptions {
  readonly requests: number;
  readonly connections: number;
  readonly streams: number;
  /** HTTP/1.1: one request at a time on each connection. */
  readonly http1?: boolean;
  /** Default JSON. */
  readonly accept?: string;
  /** Sent with POST, the same each time. */
  readonly body?: string;
}

export interface H2LoadResult {
  readonly perSecond: number;
  readonly failed: number;
}

/** Undefined when the program is not installed. */
export async function h2load(
  target: Target,
  path: string,
  options: H2LoadOptions,
): Promise<H2LoadResult | undefined> {
  const { requests, connections, streams, body, http1, accept = "application/json" } = options;
  const folder = mkdtempSync(join(tmpdir(), "navarch-h2load-"));
  try {
    const file = join(folder, "body.json");
    if (body !== undefined) writeFileSync(file, body);
    const sent = body === undefined ? [] : ["-d", file, "-H", "content-type: application/json"];
    const counts = ["-n", requests, "-c", Math.min(connections, requests), "-m", streams].map(String);
    // A window as large as Go's clients have, so that a long answer does not wait for it.
    const how = http1 === true ? ["--h1"] : ["-w", "22", "-W", "24"];
    const headers = ["-H", `authorization: Bearer ${target.token}`, "-H", `accept: ${accept}`];
    const url = `https://${target.host}:${target.port}${path}`;
    const { stdout } = await execute("h2load", [...counts, ...how, ...headers, ...sent, url]);
    const perSecond = Number(/finished in [^,]+, ([\d.]+) req\/s/.exec(stdout)?.[1] ?? 0);
    const good = Number(/status codes: (\d+) 2xx/.exec(stdout)?.[1] ?? 0);
    return { perSecond, failed: requests - good };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
