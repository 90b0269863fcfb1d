/** A `kill -9` of Navarch under load, and the way back: nothing that was acknowledged is lost, and the same containers run. */
import { isDeepStrictEqual } from "node:util";
import type { MachineCluster } from "../../test/e2e/harness/machine-cluster.ts";
import { shims } from "../../test/e2e/harness/remains.ts";
import { type Access, accessOf, call } from "../../test/testing/api-call.ts";
import { awaitObjects, type Seen } from "../../test/testing/await-objects.ts";

const path = "/api/v1/namespaces/default/configmaps";
const [writers, writesOfEach] = [8, 50];

/** Writes under load until the server dies; names of what it took. */
async function writeUntilDeath(
  access: Access,
  writer: number,
  enough: () => void,
): Promise<readonly string[]> {
  const taken: string[] = [];
  for (let count = 0; ; count += 1) {
    const name = `w${writer}-${count}`;
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name } };
    const reply = await call(access, "POST", path, object).catch(() => undefined);
    if (reply?.status !== 201) return taken;
    taken.push(name);
    if (count === writesOfEach) enough();
  }
}

/** Milliseconds from `up` after a `kill -9` under load until the node says anew that it is Ready; nothing may be lost. */
export async function killedToReady(cluster: MachineCluster): Promise<number> {
  const before = shims();
  const underLoad = Promise.withResolvers<void>();
  const killed = accessOf(cluster.environment.KUBECONFIG);
  const writing = Array.from({ length: writers }, (_, writer) =>
    writeUntilDeath(killed, writer, underLoad.resolve),
  );
  await underLoad.promise;
  await cluster.stop("SIGKILL");
  const taken = (await Promise.all(writing)).flat();
  const since = Math.floor(Date.now() / 1_000) * 1_000;
  const began = performance.now();
  await cluster.up();
  const access = accessOf(cluster.environment.KUBECONFIG);
  const saysAnew = ({ status }: Seen): boolean => {
    const ready = status?.conditions?.find(({ type }) => type === "Ready");
    return ready?.status === "True" && Date.parse(ready.lastHeartbeatTime ?? "") >= since;
  };
  await awaitObjects(access, "/api/v1/nodes", "a node that is Ready anew", (nodes) => nodes.some(saysAnew));
  const ms = performance.now() - began;
  const { text } = await call(access, "GET", path);
  const list = JSON.parse(text) as { readonly items: readonly Seen[] };
  const kept = new Set(list.items.map(({ metadata }) => metadata.name));
  const lost = taken.filter((name) => !kept.has(name));
  if (lost.length > 0) throw new Error(`${lost.length} of ${taken.length} acknowledged writes are lost`);
  if (!isDeepStrictEqual(shims(), before)) throw new Error("other containers run than before");
  return ms;
}
