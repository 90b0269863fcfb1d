/**
 * `h2load` (nghttp2-client): the leanest HTTP/2 load there is. It cannot show a client certificate: a
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
  const { requests, connections, streams, body } = options;
  const folder = mkdtempSync(join(tmpdir(), "navarch-h2load-"));
  try {
    const file = join(folder, "body.json");
    if (body !== undefined) writeFileSync(file, body);
    const sent = body === undefined ? [] : ["-d", file, "-H", "content-type: application/json"];
    const counts = ["-n", requests, "-c", connections, "-m", streams].map(String);
    const headers = ["-H", `authorization: Bearer ${target.token}`, "-H", "accept: application/json"];
    const url = `https://${target.host}:${target.port}${path}`;
    const { stdout } = await execute("h2load", [...counts, ...headers, ...sent, url]);
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
