/** Pods in each state of their lives, and what a watcher sees of their way out. */
import assert from "node:assert/strict";
import type { KubeObject } from "#api";
import { pod, type Served } from "../../src/apiserver/served.suite.ts";

export const PODS = "/api/v1/namespaces/default/pods";

/** Runs `act` and tells what a watcher of the collection saw of it: `MODIFIED 30 orphan`. */
export async function eventsOf(
  { admin, store }: Served,
  path: string,
  act: () => Promise<void>,
): Promise<readonly string[]> {
  const from = `watch=1&resourceVersion=${store.revision}&timeoutSeconds=1`;
  const events = await admin.watch(`${path}?${from}`, new AbortController().signal);
  const seen: string[] = [];
  const ended = (async () => {
    for await (const batch of events)
      seen.push(...batch.map(({ type, object }) => told(type, object as KubeObject)));
  })();
  await act();
  await ended;
  return seen;
}

function told(type: string, { metadata }: KubeObject): string {
  const grace = metadata.deletionTimestamp ? [String(metadata.deletionGracePeriodSeconds ?? "none")] : [];
  return [type, ...grace, ...(metadata.finalizers ?? [])].join(" ");
}

/** Bound to a node that nobody runs, pending, or ended. */
export async function makePod(
  { admin }: Served,
  name: string,
  state: "bound" | "pending" | "ended",
  more: object = {},
): Promise<void> {
  const made = await admin.post(PODS, pod(name, {}, more));
  assert.equal(made.status, 201, JSON.stringify(made.body));
  if (state === "pending") return;
  const target = { kind: "Node", name: "n1" };
  await admin.post(`${PODS}/${name}/binding`, {
    apiVersion: "v1",
    kind: "Binding",
    metadata: { name },
    target,
  });
  if (state === "ended")
    await admin.patch(`${PODS}/${name}/status`, "merge-patch+json", { status: { phase: "Succeeded" } });
}
