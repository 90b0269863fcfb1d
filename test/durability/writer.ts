/**
 * The writers of the kill test, in a process that survives the server: 32 at once create ConfigMaps and log each
 * acknowledged name, resourceVersion and hash, a line each, before the next request. A broken connection is tried again;
 * names are never used twice, so an unacknowledged create is simply forgotten.
 *
 * usage: writer.ts KUBECONFIG LOG
 */
import { createHash } from "node:crypto";
import { openSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { accessOf, call } from "../testing/api-call.ts";

const [kubeconfig = "", logFile = ""] = process.argv.slice(2);
const access = accessOf(kubeconfig, 32);
const log = openSync(logFile, "a");
let sequence = 0;

async function writeForEver(): Promise<void> {
  for (;;) {
    const name = `w-${sequence++}`;
    const text = `${name} ${"x".repeat(500 + (sequence % 700))}`;
    try {
      const reply = await call(access, "POST", "/api/v1/namespaces/default/configmaps", {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name },
        data: { text },
      });
      if (reply.status !== 201) throw new Error(`${reply.status}: ${reply.text.slice(0, 300)}`);
      const { metadata } = JSON.parse(reply.text) as {
        readonly metadata: { readonly resourceVersion: string };
      };
      writeSync(
        log,
        `${name} ${metadata.resourceVersion} ${createHash("sha256").update(text).digest("hex")}\n`,
      );
    } catch (error) {
      if (error instanceof Error && /^\d/.test(error.message)) process.stderr.write(`${error.message}\n`);
      await sleep(20); // the server is down; the killer starts it again
    }
  }
}

await Promise.all(Array.from({ length: 32 }, writeForEver));
