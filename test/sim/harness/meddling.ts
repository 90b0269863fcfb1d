/**
 * What somebody does behind the backs of controllers and kubelets: he takes away objects that they keep, or writes over
 * what they said. They have to notice, and set it right.
 */
import {
  configMaps,
  deployments,
  endpoints,
  endpointSlices,
  type KubeObject,
  leases,
  nodes,
  pods,
  replicaSets,
  type Resource,
  serviceAccounts,
  StatusError,
} from "#api";
import type { Random } from "#base";
import { ClientError, keyOf } from "#client";
import type { Fault } from "./faults.ts";
import type { SimCluster } from "./sim-cluster.ts";

/** What is taken, of those that fit. The leader's lease stays: without it two may lead, as upstream's. */
const taken: readonly Taken[] = [
  { resource: pods },
  { resource: endpointSlices },
  { resource: endpoints },
  { resource: nodes },
  { resource: leases, fits: ({ namespace }) => namespace === "kube-node-lease" },
  { resource: configMaps, fits: ({ name }) => name === "kube-root-ca.crt" },
  { resource: serviceAccounts, fits: ({ name }) => name === "default" },
];

interface Taken {
  readonly resource: unknown;
  readonly fits?: (metadata: KubeObject["metadata"]) => boolean;
}

const none = { replicas: 0, readyReplicas: 0, availableReplicas: 0 };
const unready = { conditions: [{ type: "Ready", status: "False", reason: "Meddling" }] };

/** What is said instead. */
const overwritten: readonly { readonly resource: unknown; readonly patch: object }[] = [
  { resource: pods, patch: { status: unready } },
  { resource: nodes, patch: { status: unready } },
  { resource: replicaSets, patch: { status: none } },
  { resource: deployments, patch: { status: none } },
  { resource: endpointSlices, patch: { endpoints: [] } },
];

export const meddling: readonly Fault[] = [
  {
    name: "object taken away",
    weight: 3,
    async inject(cluster, random, count) {
      const { resource, fits } = drawn(taken, random);
      const object = anyOf(cluster, random, resource as Resource, fits);
      if (object === undefined) return;
      if (resource === nodes) cluster.nodesTaken.set(object.metadata.name ?? "", cluster.world.nowMs);
      await meddle(cluster, count, (signal) =>
        cluster
          .adminClient()
          .of(resource as Resource)
          .delete(keyOf(object), signal),
      );
    },
  },
  {
    name: "object written over",
    weight: 3,
    async inject(cluster, random, count) {
      const { resource, patch } = drawn(overwritten, random);
      const object = anyOf(cluster, random, resource as Resource);
      if (object === undefined) return;
      const how =
        "status" in patch ? (["strategic", { subresource: "status" }] as const) : (["merge", {}] as const);
      await meddle(cluster, count, (signal) =>
        cluster
          .adminClient()
          .of(resource as Resource)
          .patch(keyOf(object), how[0], patch, signal, how[1]),
      );
    },
  },
];

function drawn<T>(table: readonly T[], random: Random): T {
  return table[random.below(table.length)] as T;
}

function anyOf(
  { log }: SimCluster,
  random: Random,
  resource: Resource,
  fits: Taken["fits"] = () => true,
): KubeObject | undefined {
  const all = [...log.list(resource).values()].filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined && fits(metadata),
  );
  return all[random.below(Math.max(1, all.length))];
}

/** One try: where the server is away, or the object is, nothing has happened. */
async function meddle(
  cluster: SimCluster,
  count: () => void,
  act: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  try {
    await act(new AbortController().signal);
  } catch (error) {
    if (error instanceof ClientError || error instanceof StatusError) return;
    throw error;
  }
  count();
  cluster.touched();
}
