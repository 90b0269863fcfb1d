/**
 * Loads images of docker and OCI archives into containerd, by the program that comes with it (`ctr`): it
 * knows every layout that containerd of its version takes.
 */
import { Buffer } from "node:buffer";
import { type Env, messageOf, type Processes, runToEnd } from "#base";
import type { RpcClient } from "#base/rpc";
import { CriImages } from "../cri/cri-images.ts";
import { canonicalName, parseImageReference } from "../../image/reference.ts";
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
  const images = async (...args: readonly string[]): Promise<readonly string[]> => {
    const command = {
      program: "ctr",
      arguments: ["--address", socket, "--namespace", "k8s.io", "images", ...args],
      environment: { PATH: searchPath },
    };
    const limits = { maxOutputBytes: maxProgramOutputBytes };
    const { exit, output, errorOutput } = await runToEnd(deps.processes, command, limits, signal);
    if ("code" in exit && exit.code === 0) return text(output).split("\n");
    throw new ContainerdError(
      "bad-archive",
      `Cannot load images from "${file}": ${text(errorOutput).trim()}`,
    );
  };
  // From containerd 2 on only a local import tells what it made; before 1.7 there is no other.
  const lines = await images("import", "--local", file).catch((error: unknown) => {
    if (!messageOf(error).includes("not defined: -local")) throw error;
    return images("import", file);
  });
  const loaded = lines.flatMap((line) => /^unpacking (\S+) /.exec(line)?.[1] ?? []);
  if (loaded.length === 0)
    throw new ContainerdError(
      "bad-archive",
      `Cannot load images from "${file}": it holds no image for this machine`,
    );
  const names: string[] = [];
  for (const name of loaded) {
    // Archives may say `app:1` where the runtime looks for `docker.io/library/app:1`.
    const parsed = parseImageReference(name);
    const whole = parsed === undefined ? name : canonicalName(parsed);
    if (whole !== name) await images("tag", "--force", name, whole);
    if (whole !== name) await images("remove", name);
    names.push(whole);
  }
  // CRI hears of them a little later.
  const known = new CriImages({ rpc: deps.rpc });
  const until = env.clock.monotonic() + startTimeoutMs;
  for (const name of names) {
    while ((await known.imageStatus(name, signal)) === undefined) {
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
