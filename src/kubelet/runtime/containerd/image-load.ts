/**
 * Loads images of docker and OCI archives into containerd, by the program that comes with it (`ctr`): it
 * knows every layout that containerd of its version takes.
 */
import { Buffer } from "node:buffer";
import { type Env, type Processes, runToEnd } from "#base";
import type { RpcClient } from "#base/rpc";
import { CriImages } from "../cri/cri-images.ts";
import { ContainerdError } from "./errors.ts";
import { maxProgramOutputBytes, startPollMs, startTimeoutMs } from "./limits.ts";

/** Resolves with the images' names when CRI lists them. Rejects with `bad-archive`. */
export async function loadImages(
  env: Pick<Env, "clock">,
  deps: { readonly processes: Processes; readonly rpc: RpcClient },
  options: { readonly socket: string; readonly searchPath: string; readonly file: string },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { socket, searchPath, file } = options;
  const address = ["--address", socket, "--namespace", "k8s.io"];
  const command = {
    program: "ctr",
    arguments: [...address, "images", "import", file],
    environment: { PATH: searchPath },
  };
  const limits = { maxOutputBytes: maxProgramOutputBytes };
  const { exit, output, errorOutput } = await runToEnd(deps.processes, command, limits, signal);
  const names = [...text(output).matchAll(/^unpacking (\S+) /gm)].map((match) => match[1] ?? "");
  if (!("code" in exit) || exit.code !== 0 || names.length === 0) {
    const why = text(errorOutput).trim() || "it holds no image for this machine";
    throw new ContainerdError("bad-archive", `Cannot load images from "${file}": ${why}`);
  }
  // CRI hears of them a little later.
  const images = new CriImages({ rpc: deps.rpc });
  const until = env.clock.monotonic() + startTimeoutMs;
  for (const name of names) {
    while ((await images.imageStatus(name, signal)) === undefined) {
      if (env.clock.monotonic() > until)
        throw new ContainerdError("failed", `Image "${name}" was loaded, but CRI does not list it`);
      await env.clock.sleep(startPollMs, signal);
    }
  }
  return names;
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}
