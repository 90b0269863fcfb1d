/**
 * Eviction: a delete that disruption budgets may refuse (429). The budget gives up one disruption, and
 * remembers the pod as disrupted, before the pod is deleted; its controller restores what was not used.
 */
import {
  Eviction,
  type KubeObject,
  type Pod,
  type PodDisruptionBudget,
  StatusError,
  badRequest,
  isStatus,
  labelSelector,
  notFound,
  rfc3339,
  tooManyRequests,
} from "#api";
import { admissionOf } from "../registry/admission-request.ts";
import { decodeAs } from "../registry/decoding.ts";
import { type DeleteOptions, graceOf } from "../registry/delete-options.ts";
import { removeNamed } from "../registry/delete.ts";
import { copyOf } from "../registry/plain-data.ts";
import { keyOf } from "../registry/keys.ts";
import { type Outcome, plain } from "../registry/outcome.ts";
import { type Attempt, type Registry, commitLoop, putOf } from "../registry/registry.ts";
import { type ResourceRequest, writeOptions } from "../registry/resource-request.ts";

/** Budgets remember at most this many disrupted pods, as upstream. */
const MAX_DISRUPTED = 2_000;
const POLICY = "policy";
const BUDGETS = "poddisruptionbudgets";

export async function evictPod(registry: Registry, request: ResourceRequest): Promise<Outcome> {
  const options = writeOptions(request, "CreateOptions");
  const eviction = await decodeAs(request, Eviction);
  const { name, namespace } = request.info;
  if ((eviction.metadata.name ?? name) !== name)
    throw badRequest("name in URL does not match name in Eviction object");
  const pod = registry.objects.get<KubeObject & Pod>("", "pods", namespace, name);
  if (pod === undefined) throw notFound({ group: "", plural: "pods" }, name);
  const deletion = deletionOf(eviction, options.dryRun);
  await registry.admission.validate(admissionOf(request, "CREATE", eviction, undefined, deletion.dryRun));
  if (!isExempt(pod)) await spend(registry, request, pod, deletion.dryRun);
  const podRequest: ResourceRequest = {
    ...request,
    resource: registry.catalog.of("", "pods"),
    info: { ...request.info, subresource: "" },
  };
  try {
    await removeNamed(registry, podRequest, namespace, name, deletion);
  } catch (error) {
    if (!isStatus(error, "NotFound")) throw error;
  }
  return plain(
    request.resource,
    { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 },
    201,
  );
}

function deletionOf(eviction: Eviction, dryRun: boolean): DeleteOptions {
  const { deleteOptions } = eviction;
  return {
    dryRun: dryRun || (deleteOptions?.dryRun ?? []).length > 0,
    graceSeconds: graceOf(deleteOptions?.gracePeriodSeconds ?? undefined),
    propagation: undefined,
    orphanDependents: undefined,
    uid: deleteOptions?.preconditions?.uid ?? undefined,
    resourceVersion: deleteOptions?.preconditions?.resourceVersion ?? undefined,
  };
}

/** Pods that do not run, or are going already, cost no budget. */
function isExempt(pod: Pod): boolean {
  const { phase } = pod.status;
  return (
    phase === "Succeeded" ||
    phase === "Failed" ||
    phase === "Pending" ||
    Boolean(pod.metadata.deletionTimestamp)
  );
}

function isReady(pod: Pod): boolean {
  return (pod.status.conditions ?? []).some((one) => one.type === "Ready" && one.status === "True");
}

async function spend(registry: Registry, request: ResourceRequest, pod: Pod, dryRun: boolean): Promise<void> {
  const { namespace, name } = request.info;
  const budgets = [
    ...registry.objects.list<KubeObject & PodDisruptionBudget>(POLICY, BUDGETS, namespace),
  ].filter((budget) => labelSelector(budget.spec.selector).matches(pod.metadata.labels ?? {}));
  const [budget] = budgets;
  if (budget === undefined) return;
  if (budgets.length > 1)
    throw new StatusError(
      500,
      "",
      "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
    );
  if (!isReady(pod) && mayAlwaysGo(budget)) return;
  const resource = registry.catalog.of(POLICY, BUDGETS);
  const key = keyOf(resource, namespace, budget.metadata.name ?? "");
  await commitLoop(registry, async (seen): Promise<Attempt<void>> => {
    const record = seen.read(key);
    if (record === undefined) return { type: "answer", value: undefined };
    const draft = copyOf(registry.records.object(resource, record)) as KubeObject & PodDisruptionBudget;
    disrupt(draft, name, request.now);
    if (dryRun) return { type: "answer", value: undefined };
    const put = putOf(registry, resource, key, draft);
    return {
      type: "commit",
      txn: { checks: [{ key, modRevision: record.modRevision }], writes: [put.write] },
      done: () => undefined,
    };
  });
}

/** An unready pod costs nothing when its budget says so, or has room enough. */
function mayAlwaysGo(budget: PodDisruptionBudget): boolean {
  if (budget.spec.unhealthyPodEvictionPolicy === "AlwaysAllow") return true;
  const { currentHealthy, desiredHealthy } = budget.status;
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

function disrupt(budget: KubeObject & PodDisruptionBudget, podName: string, now: number): void {
  const refuse = (message: string, seconds: number): never => {
    const causes = [{ reason: "DisruptionBudget", message }];
    throw tooManyRequests(
      "Cannot evict pod as it would violate the pod's disruption budget.",
      seconds,
      causes,
    );
  };
  const { status } = budget;
  const name = budget.metadata.name ?? "";
  if ((status.observedGeneration ?? 0) < (budget.metadata.generation ?? 0)) {
    refuse(`The disruption budget ${name} is still being processed by the server.`, 10);
  }
  const disrupted = Object.keys(status.disruptedPods ?? {}).length;
  if (disrupted > MAX_DISRUPTED)
    refuse(`The disruption budget ${name} has too many disrupted pods at once.`, 0);
  if (status.disruptionsAllowed <= 0) {
    const { desiredHealthy: needed, currentHealthy: healthy } = status;
    refuse(`The disruption budget ${name} needs ${needed} healthy pods and has ${healthy} currently`, 0);
  }
  status.disruptionsAllowed--;
  status.disruptedPods = { ...status.disruptedPods, [podName]: rfc3339(now) };
}
