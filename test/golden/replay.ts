/**
 * Replays recorded answers of a real API server against a fresh one of ours, and counts what passes by kind. The recordings
 * and their replayer lie beside the repository; without them there is nothing to compare with.
 */
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { unrecorded } from "./unrecorded.ts";
import { freePort, Program, root, run } from "../testing/program.ts";

/** Where the recordings are. */
export const folder = join(root, "../shared/golden");

/** The recordings that the replayer reads, by file name. */
export const recordings = ["create", "patch", "misc"] as const;

/** By kind: passed, and all. */
export type Shares = Readonly<Record<string, Share>>;
export type Share = readonly [passed: number, all: number];

/** One recording that came out differently. */
export interface Difference {
  readonly kind: string;
  readonly what: string;
}

export interface Replayed {
  readonly shares: Shares;
  readonly differences: readonly Difference[];
}

interface Recording {
  readonly id: string;
  readonly name?: string;
  readonly kind?: string;
  readonly body?: { readonly kind?: string };
}

/** Why nothing can be replayed here. */
export function missingRecordings(): string | undefined {
  return existsSync(join(folder, "replay.mjs")) ? undefined : "needs the recordings in ../shared/golden";
}

/** Starts a bare API server of its own, which gives to pods what the recorded one gave, and replays one file. */
export async function replay(recording: string): Promise<Replayed> {
  const data = mkdtempSync(join(tmpdir(), "navarch-golden-"));
  const listen = `127.0.0.1:${await freePort()}`;
  const token = randomUUID();
  const tokens = tokenFile(data, token);
  const rows = rowsOf(join(folder, `${recording}.jsonl.gz`));
  await using program = new Program([
    "apiserver",
    "--data",
    data,
    "--listen",
    listen,
    "--token-auth-file",
    tokens,
    "--service-account-config-maps",
    tokenConfigMaps(rows),
  ]);
  try {
    await program.printed(/is ready/);
    const file = join(data, `${recording}.jsonl`);
    writeFileSync(file, withUnrecorded(rows).join("\n"));
    const args = ["--server", `https://${listen}`, "--token", token, "--show", "1000000", file];
    const { stdout, stderr } = await run(join(root, "bin/node"), [join(folder, "replay.mjs"), ...args]);
    if (!/^\d+ passed, \d+ failed$/m.test(stdout)) throw new Error(`The replay did not end:\n${stderr}`);
    return counted(
      rows.map((row) => JSON.parse(row) as Recording),
      stdout,
    );
  } finally {
    await program.kill("SIGTERM");
    rmSync(data, { recursive: true, force: true });
  }
}

/** A token file with one administrator, whose facts show in some answers: the replayer comes as the recorder came. */
function tokenFile(data: string, token: string): string {
  const path = join(data, "tokens.csv");
  writeFileSync(path, `${token},admin,1,"system:masters"\n`, { mode: 0o600 });
  return path;
}

/** What the volumes of tokens hold after upstream's three sources, as the server's option says it. */
function tokenConfigMaps(rows: readonly string[]): string {
  const last =
    /"path":"namespace"\}\]\}\},\{"configMap":\{"items":\[\{"key":"([^"]+)","path":"\1"\}\],"name":"([^"]+)"\}\}\]/;
  const [, key, name] = last.exec(rows.join("\n")) ?? [];
  return name === undefined ? "" : `${name}:${key}`;
}

/** The rows, each after the requests that the recorder made before it and did not keep. */
function withUnrecorded(rows: readonly string[]): readonly string[] {
  return rows.flatMap((row) => {
    const { id } = JSON.parse(row) as Recording;
    const before = (unrecorded[id] ?? []).map((request, i) => ({ id: `${id}-before-${i}`, ...request }));
    return [...before.map((request) => JSON.stringify(request)), row];
  });
}

function rowsOf(file: string): readonly string[] {
  return gunzipSync(readFileSync(file)).toString().trim().split("\n");
}

/** A recording that failed is printed by its id, with its differences indented below. */
function counted(all: readonly Recording[], output: string): Replayed {
  const failures = new Map<string, string>();
  const lines = output.split("\n");
  for (const [i, line] of lines.entries()) {
    const next = lines[i + 1] ?? "";
    if (next.startsWith("    ") && !line.startsWith(" ")) failures.set(line.split(" ")[0] ?? "", next.trim());
  }
  const shares: Record<string, [number, number]> = {};
  const differences: Difference[] = [];
  for (const recording of all) {
    const kind = groupOf(recording);
    const share = (shares[kind] ??= [0, 0]);
    const what = failures.get(recording.id);
    share[1]++;
    if (what === undefined) share[0]++;
    else differences.push({ kind, what });
  }
  const sorted = Object.entries(shares).sort(([a], [b]) => (a < b ? -1 : 1));
  return { shares: Object.fromEntries(sorted), differences };
}

/** The kind, or what was asked where that says more. */
function groupOf({ name = "", kind, body }: Recording): string {
  if (kind !== undefined) return kind;
  if (/^create .* for /.test(name)) return "create";
  const isOwnKind = body?.kind !== undefined && name.startsWith(body.kind);
  return isOwnKind ? (body.kind ?? name) : (/^[A-Z]\w*(?=:| |$)/.exec(name)?.[0] ?? name);
}
