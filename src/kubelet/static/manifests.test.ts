/** Sources of manifests, by their contract. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRealEnv } from "#base/real";
import { SimManifests } from "../runtime/sim/sim-manifests.ts";
import { manifestContract } from "./manifests.contract.ts";
import { ManifestDirectories } from "./manifest-directories-node.ts";

manifestContract("the twin", async () => {
  const source = new SimManifests("/manifests");
  return {
    source,
    write: async (name, text) => source.write(name, text),
    remove: async (name) => source.remove(name),
    async [Symbol.asyncDispose]() {},
  };
});

manifestContract("a folder", async () => {
  const folder = await mkdtemp(join(tmpdir(), "manifests-"));
  const env = createRealEnv({ name: "test", logLevel: "error" });
  return {
    source: new ManifestDirectories(env, [folder, join(folder, "none")]),
    write: (name, text) => writeFile(join(folder, name), text),
    remove: (name) => rm(join(folder, name)),
    async [Symbol.asyncDispose]() {
      await env[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
});
