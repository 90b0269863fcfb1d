/**
 * The writers of the kill test, in a process that survives the server: 32 at once create ConfigMaps, each deleting an
 * old one for it, so that the state stays small however long it goes on. What was acknowledged is told on stdout, a line
 * each, before the next request. A broken connection is tried again; names are never used twice, so an unacknowledged
 * create is simply forgotten.
 *
 *   + NAME REVISION HASH    created          ? NAME    a delete is sent          - NAME    deleted
 *
 * usage: writer.ts KUBECONFIG KEEP
 */
import { createHash } from "node:crypto";
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { accessOf, call, type Reply } from "../testing/api-call.ts";

const [kubeconfig = "", keep = "5000"] = process.argv.slice(2);
const access = accessOf(kubeconfig, 32);
const maps = "/api/v1/namespaces/default/configmaps";
let sequence = 0;

function tell(line: string): void {
  writeSync(1, `${line}\n`);
}

/** The answer; undefined while the server is down, which its killer changes. */
async function answer(method: string, path: string, body?: unknown): Promise<Reply | undefined> {
  try {
    return await call(access, method, path, body);
  } catch {
    await sleep(20);
    return undefined;
  }
}

async function create(name: string): Promise<void> {
  const text = `${name} ${"x".repeat(500 + (sequence % 700))}`;
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { text } };
  const reply = await answer("POST", maps, object);
  if (reply === undefined) return;
  if (reply.status !== 201)
    return void process.stderr.write(`${reply.status}: ${reply.text.slice(0, 300)}\n`);
  const { metadata } = JSON.parse(reply.text) as { readonly metadata: { readonly resourceVersion: string } };
  tell(`+ ${name} ${metadata.resourceVersion} ${createHash("sha256").update(text).digest("hex")}`);
}

/** Until it is gone: an earlier try may have done it. */
async function remove(name: string): Promise<void> {
  tell(`? ${name}`);
  for (;;) {
    const reply = await answer("DELETE", `${maps}/${name}`);
    if (reply?.status === 200 || reply?.status === 404) return tell(`- ${name}`);
  }
}

async function writeForEver(): Promise<void> {
  for (;;) {
    const number = sequence++;
    await create(`w-${number}`);
    if (number >= Number(keep)) await remove(`w-${number - Number(keep)}`);
  }
}

await Promise.all(Array.from({ length: 32 }, writeForEver));
