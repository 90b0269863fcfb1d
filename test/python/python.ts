/** Runs a script of this folder with the official Python client against a whole cluster. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Ended, freePort, Program, root, run } from "../testing/program.ts";

/** Distributions install the client for their own Python; others may come first on PATH. */
const pythons = ["/usr/bin/python3", "python3"];

/** Where `scripts/programs` unpacked the client when it was not installed. */
const env = { PYTHONPATH: join(root, "node_modules/.programs/usr/lib/python3/dist-packages") };

async function findPython(): Promise<string | undefined> {
  for (const python of pythons) {
    const { code } = await run(python, ["-c", "import kubernetes"], env).catch(() => ({ code: 1 }));
    if (code === 0) return python;
  }
  return undefined;
}

const python = await findPython();

/** Why no script can run here, or false. */
export const skip =
  python === undefined ? "needs the Python package kubernetes (Debian: python3-kubernetes)" : false;

/** `file` gets the path of a kubeconfig as its argument. */
export async function runScript(file: string): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), "navarch-python-"));
  const kubeconfig = join(folder, "kubeconfig");
  const listen = `127.0.0.1:${await freePort()}`;
  const files = ["--data", join(folder, "data"), "--kubeconfig", kubeconfig];
  const program = new Program(["up", "--name", "python", "--node", "virtual", "--listen", listen, ...files]);
  try {
    await program.printed(/is ready at/);
    return await run(python ?? "", [join(root, "test/python", file), kubeconfig], env);
  } finally {
    await program.kill("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  }
}
