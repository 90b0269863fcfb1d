/**
 * An APIService for each built-in group and version, as upstream's aggregator registers what it serves itself; only its
 * own group has none. They are made, and put right, at a start; each that names no server is Available at any time.
 */
import { type APIService, groupPriority, type KubeObject, rfc3339, same } from "#api";
import { type Catalog, groupVersion } from "../catalog.ts";
import { copyOf } from "../registry/plain-data.ts";
import type { Registry } from "../registry/registry.ts";
import type { OwnCalls } from "./own-calls.ts";

const ownGroup = "apiregistration.k8s.io";
const managed = "kube-aggregator.kubernetes.io/automanaged";
const onStart = "onstart";

/** Within its group: a stable version has 15, and these have what let them stand beside others once. */
const versionPriorities: Readonly<Record<string, number>> = {
  v1: 1,
  "autoscaling/v2": 30,
  "flowcontrol.apiserver.k8s.io/v1": 21,
  "resource.k8s.io/v1": 20,
};
const usualVersionPriority = 15;

type Stored = KubeObject & APIService;

/** Makes the missing, and gives those of a start their specification again. */
export async function reconcileApiServices(calls: OwnCalls, catalog: Catalog): Promise<void> {
  const resource = catalog.of(ownGroup, "apiservices");
  const existing = await calls.list<Stored>(resource);
  const served = new Map(catalog.all.map((one) => [groupVersion(one), one]));
  await Promise.all(
    [...served].map(async ([text, { group, version }]) => {
      if (group === ownGroup) return;
      const name = `${version}.${group}`;
      const spec = {
        ...(group === "" ? {} : { group }),
        version,
        groupPriorityMinimum: groupPriority(group),
        versionPriority: versionPriorities[text] ?? usualVersionPriority,
      };
      const found = existing.get(`/${name}`);
      if (found === undefined)
        await calls.create(resource, { metadata: { name, labels: { [managed]: onStart } }, spec });
      else if (found.metadata.labels?.[managed] === onStart && !same(found.spec, spec))
        await calls.update(resource, Object.assign(copyOf(found), { spec }));
    }),
  );
}

/** `Available` of every APIService that is served here. */
export async function localApiServiceStatuses(
  { objects, catalog, env }: Registry,
  calls: OwnCalls,
): Promise<void> {
  const resource = catalog.of(ownGroup, "apiservices");
  const local = [...objects.list<Stored>(ownGroup, "apiservices")].filter(
    ({ spec, status }) =>
      !spec.service &&
      status.conditions?.some(({ type, reason }) => type === "Available" && reason === "Local") !== true,
  );
  const condition = {
    type: "Available",
    status: "True",
    lastTransitionTime: rfc3339(env.clock.now()),
    reason: "Local",
    message: "Local APIServices are always available",
  };
  await Promise.all(
    local.map((one) => {
      const others = (one.status.conditions ?? []).filter(({ type }) => type !== "Available");
      const status = { ...one.status, conditions: [...others, condition] };
      return calls.update(resource, Object.assign(copyOf(one), { status }), "status");
    }),
  );
}
