/**
 * `/logs/`: the files below the node's /var/log, and lists of its directories. A link that leads out of it is not there:
 * a pod that may write its logs would otherwise choose what the node shows.
 */
import { createReadStream } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import type { ExchangeAnswer } from "#base/streams";
import { nodeLogBlockBytes } from "./limits.ts";
import { Refusal } from "./refusal.ts";

/** `path` is what follows `/logs/`, decoded. */
export async function nodeLogs(root: string, path: string): Promise<ExchangeAnswer> {
  const missing = new Refusal(404, "404 page not found\n");
  const top = await realpath(root).catch(() => undefined);
  const found = await realpath(join(root, path)).catch(() => undefined);
  if (top === undefined || found === undefined) throw missing;
  if (found !== top && !found.startsWith(`${top}${sep}`)) throw missing;
  const kind = await stat(found);
  if (kind.isDirectory()) return directory(found);
  if (!kind.isFile()) throw missing;
  const chunks = createReadStream(found, { highWaterMark: nodeLogBlockBytes });
  return {
    status: 200,
    headers: { "content-type": "text/plain; charset=utf-8" },
    body: { type: "stream", chunks },
  };
}

async function directory(path: string): Promise<ExchangeAnswer> {
  const entries = await readdir(path, { withFileTypes: true });
  const names = entries.map((one) => (one.isDirectory() ? `${one.name}/` : one.name)).toSorted();
  const links = names.map((name) => `<a href="${encodeURI(name)}">${escaped(name)}</a>\n`);
  const bytes = Buffer.from(`<!doctype html>\n<pre>\n${links.join("")}</pre>\n`);
  return {
    status: 200,
    headers: { "content-type": "text/html; charset=utf-8" },
    body: { type: "bytes", bytes },
  };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&#34;");
}
