/** A Deployment's life by the official Python client, which reads and writes with code of its own. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { freePort, Program, root, run } from "../testing/program.ts";

/** Each step of the script, in order. */
const steps = [
  "node ready",
  "created",
  "scaled",
  "patched",
  "refused",
  "paged",
  "deleted",
  "namespace deleted",
];

/** Distributions install the client for their own Python; others may come first on PATH. */
const pythons = ["/usr/bin/python3", "python3"];

async function findPython(): Promise<string | undefined> {
  for (const python of pythons) {
    const { code } = await run(python, ["-c", "import kubernetes"]).catch(() => ({ code: 1 }));
    if (code === 0) return python;
  }
  return undefined;
}

const python = await findPython();
const skip =
  python === undefined ? "needs the Python package kubernetes (Debian: python3-kubernetes)" : false;

test("the Python client sees a Deployment live and die", { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "navarch-python-"));
  const kubeconfig = join(folder, "kubeconfig");
  const listen = `127.0.0.1:${await freePort()}`;
  const files = ["--data", join(folder, "data"), "--kubeconfig", kubeconfig];
  const program = new Program(["up", "--name", "python", "--node", "virtual", "--listen", listen, ...files]);
  try {
    await program.printed(/is ready at/);
    const script = join(root, "test/python/deployment_life.py");
    const { code, stdout, stderr } = await run(python ?? "", [script, kubeconfig]);
    assert.deepEqual([stdout.trim().split("\n"), code], [steps, 0], stderr);
  } finally {
    await program.kill("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  }
});
