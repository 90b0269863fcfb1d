/**
 * What every cluster has from its first second: namespaces, priority classes, flow control, the RBAC
 * policy, the service range and `default/kubernetes`. Each start reconciles: what is missing comes back,
 * what a user changed is left alone.
 */
import { type KubeObject, type Resource, same } from "#api";
import type { Catalog } from "../catalog.ts";
import { copyOf } from "../registry/plain-data.ts";
import { reconcileApiServices } from "./api-services.ts";
import { reconcileEndpoints } from "./kubernetes-service.ts";
import { reconcileServiceRange } from "./service-range.ts";
import { OwnCalls, type PlainHandler } from "./own-calls.ts";
import { type CallerTrust, reconcileConfigMaps } from "./public-config-maps.ts";
import policy from "./policy.json" with { type: "json" };
import { reconcilePolicy } from "./reconcile-policy.ts";

/** What differs between clusters. */
export interface BootstrapOptions {
  /** One for each family. */
  readonly serviceRanges: readonly string[];
  /** Of `default/kubernetes`. */
  readonly serviceAddress: string;
  readonly advertised: { readonly address: string; readonly port: number } | undefined;
  readonly callers: CallerTrust;
  readonly nowMs: number;
}

const NAMESPACES = ["kube-system", "kube-public", "kube-node-lease", "default"];
const AUTO_UPDATE = "apf.kubernetes.io/autoupdate-spec";
const FLOW_CONTROL = "flowcontrol.apiserver.k8s.io";

/** Brings the objects back that every cluster has. */
export async function bootstrap(
  handler: PlainHandler,
  catalog: Catalog,
  options: BootstrapOptions,
  signal: AbortSignal,
): Promise<void> {
  const calls = new OwnCalls(handler, signal);
  await createMissing(
    calls,
    catalog.of("", "namespaces"),
    NAMESPACES.map((name) => ({ metadata: { name } })),
  );
  await Promise.all([
    createMissing(calls, catalog.of("scheduling.k8s.io", "priorityclasses"), policy.priorityClasses),
    reconcilePolicy(calls, catalog, policy),
    reconcileApiServices(calls, catalog),
    reconcileConfigMaps(calls, catalog.of("", "configmaps"), options.callers, options.nowMs),
    reconcileFlowControl(
      calls,
      catalog.of(FLOW_CONTROL, "prioritylevelconfigurations"),
      policy.priorityLevels,
    ),
    reconcileFlowControl(calls, catalog.of(FLOW_CONTROL, "flowschemas"), policy.flowSchemas),
    reconcileServiceRange(calls, catalog.of("networking.k8s.io", "servicecidrs"), options.serviceRanges).then(
      () => reconcileEndpoints(calls, catalog, options),
    ),
  ]);
}

interface Named {
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

async function createMissing(calls: OwnCalls, resource: Resource, wanted: readonly Named[]): Promise<void> {
  const existing = await calls.list(resource);
  const missing = wanted.filter(
    ({ metadata }) => !existing.has(`${metadata.namespace ?? ""}/${metadata.name}`),
  );
  await Promise.all(missing.map((object) => calls.create(resource, { ...object })));
}

/** A specification marked for updates follows this server's; one that a user took over is his. */
async function reconcileFlowControl(
  calls: OwnCalls,
  resource: Resource,
  wanted: readonly (Named & { readonly spec: unknown })[],
): Promise<void> {
  const existing = await calls.list<KubeObject & { spec: unknown }>(resource);
  await Promise.all(
    wanted.map(async ({ metadata, spec }) => {
      const found = existing.get(`/${metadata.name}`);
      const marked = { ...metadata, annotations: { [AUTO_UPDATE]: "true" } };
      if (found === undefined) return calls.create(resource, { metadata: marked, spec });
      if (found.metadata.annotations?.[AUTO_UPDATE] !== "true" || covers(found.spec, spec)) return;
      const draft = copyOf(found);
      draft.spec = spec;
      await calls.update(resource, draft);
    }),
  );
}

/** Everything that `wanted` says is so; defaults beyond it do not count. */
function covers(actual: unknown, wanted: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null) return same(actual, wanted);
  if (typeof actual !== "object" || actual === null) return same(wanted, {});
  if (Array.isArray(wanted) && (actual as readonly unknown[]).length !== wanted.length) return false;
  return Object.entries(wanted).every(([key, value]) =>
    covers((actual as Record<string, unknown>)[key], value),
  );
}
