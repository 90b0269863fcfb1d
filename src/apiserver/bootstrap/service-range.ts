/**
 * The ServiceCIDR `kubernetes`: the ranges that the server was started with. It comes back when it was deleted, and takes
 * up a second family; other changes of the configuration wait for its owner.
 */
import { type KubeObject, type Resource, type ServiceCIDR, same } from "#api";
import { copyOf } from "../registry/plain-data.ts";
import type { OwnCalls } from "./own-calls.ts";

const name = "kubernetes";

export async function reconcileServiceRange(
  calls: OwnCalls,
  resource: Resource,
  ranges: readonly string[],
): Promise<void> {
  const get = async (): Promise<(KubeObject & ServiceCIDR) | undefined> =>
    (await calls.list<KubeObject & ServiceCIDR>(resource)).get(`/${name}`);
  const found = await get();
  if (found === undefined) await calls.create(resource, { metadata: { name }, spec: { cidrs: [...ranges] } });
  else if (found.spec.cidrs?.length === 1 && ranges.length === 2 && found.spec.cidrs[0] === ranges[0]) {
    const draft = copyOf(found);
    draft.spec.cidrs = [...ranges];
    await calls.update(resource, draft);
  }
  const now = await get();
  if (now === undefined || now.metadata.deletionTimestamp !== undefined) return;
  if (!same(now.spec.cidrs, ranges) || now.status?.conditions?.some(({ type }) => type === "Ready") === true)
    return;
  const ready = {
    type: "Ready",
    status: "True",
    reason: "",
    message: "Kubernetes default Service CIDR is ready",
    lastTransitionTime: now.metadata.creationTimestamp,
  };
  await calls.update(resource, Object.assign(copyOf(now), { status: { conditions: [ready] } }), "status");
}
