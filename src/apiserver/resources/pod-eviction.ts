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
  forbidden,
  isStatus,
  labelSelector,
  notFound,
  rfc3339,
  tooManyRequests,
} from "#api";
import { admissionOf } from "../registry/admission-request.ts";
import { decodeAs } from "../registry/decoding.ts";
import { type DeleteOptions, checkedOptions } from "../registry/delete-options.ts";
import { removeNamed } from "../registry/delete.ts";
import { matchNamespace } from "../registry/metadata.ts";
import { copyOf } from "../registry/plain-data.ts";
import { keyOf } from "../registry/keys.ts";
import { type Outcome, plain } from "../registry/outcome.ts";
import { type Attempt, type Registry, commitLoop, putOf } from "../registry/registry.ts";
import { type ResourceRequest, writeOptions } from "../registry/resource-request.ts";
import { withCondition } from "./conditions.ts";

/** Budgets remember at most this many disrupted pods, as upstream. */
const MAX_DISRUPTED = 2_000;
const POLICY = "policy";
const BUDGETS = "poddisruptionbudgets";

/** How often a pod that changes meanwhile is looked at again. */
const ATTEMPTS = 20;

export async function evictPod(registry: Registry, request: ResourceRequest): Promise<Outcome> {
  const options = writeOptions(request, "CreateOptions");
  const eviction = await decodeAs(request, Eviction);
  matchNamespace(request, eviction);
  if ((eviction.metadata.name ?? "") !== request.info.name)
    throw badRequest("name in URL does not match name in Eviction object");
  const asked = checkedOptions(eviction.deleteOptions ?? {});
  const deletion = { ...asked, dryRun: options.dryRun || asked.dryRun };
  await registry.admission.validate(admissionOf(request, "CREATE", eviction, undefined, deletion.dryRun));
  for (let left = ATTEMPTS; !(await remove(registry, request, deletion, left)); ) left--;
  return plain(
    request.resource,
    { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 },
    201,
  );
}

/**
 * Deletes the pod as it is seen, so that none which has become ready since goes for nothing. False: it changed, and
 * is to be looked at again.
 */
async function remove(
  registry: Registry,
  request: ResourceRequest,
  deletion: DeleteOptions,
  left: number,
): Promise<boolean> {
  const { name, namespace } = request.info;
  const pod = registry.objects.get<KubeObject & Pod>("", "pods", namespace, name);
  if (pod === undefined) throw notFound({ group: "", plural: "pods" }, name);
  const exempt = isOver(pod) || pod.status.phase === "Pending";
  const spared = exempt ? undefined : await spend(registry, request, pod, deletion.dryRun);
  const isGuarded = deletion.resourceVersion === undefined && (exempt ? !isOver(pod) : spared !== undefined);
  const podRequest: ResourceRequest = {
    ...request,
    resource: registry.catalog.of("", "pods"),
    info: { ...request.info, subresource: "" },
  };
  const guard = isGuarded ? { resourceVersion: pod.metadata.resourceVersion } : {};
  try {
    await removeNamed(registry, podRequest, namespace, name, { ...deletion, ...guard });
    return true;
  } catch (error) {
    if (!isGuarded || !isStatus(error, "Conflict")) throw error;
    if (spared !== undefined) throw stillProcessed(spared);
    if (left === 0) throw error;
    return false;
  }
}

/** Pods that have ended or are going already. */
function isOver({ metadata, status }: Pod): boolean {
  return status.phase === "Succeeded" || status.phase === "Failed" || Boolean(metadata.deletionTimestamp);
}

function isReady(pod: Pod): boolean {
  return (pod.status.conditions ?? []).some((one) => one.type === "Ready" && one.status === "True");
}

/** Takes a disruption from the pod's budget; answers the name of a budget that lets it go for nothing. */
async function spend(
  registry: Registry,
  request: ResourceRequest,
  pod: Pod,
  dryRun: boolean,
): Promise<string | undefined> {
  const { namespace, name } = request.info;
  const budgets = [
    ...registry.objects.list<KubeObject & PodDisruptionBudget>(POLICY, BUDGETS, namespace),
  ].filter((budget) => labelSelector(budget.spec.selector).matches(pod.metadata.labels ?? {}));
  const [budget] = budgets;
  if (budget === undefined) return undefined;
  if (budgets.length > 1)
    throw new StatusError(
      500,
      "",
      "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
    );
  if (!isReady(pod) && mayAlwaysGo(budget)) return budget.metadata.name;
  const resource = registry.catalog.of(POLICY, BUDGETS);
  const key = keyOf(resource, namespace, budget.metadata.name ?? "");
  return commitLoop(registry, async (seen): Promise<Attempt<undefined>> => {
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

function refusal(message: string, seconds: number): StatusError {
  const causes = [{ reason: "DisruptionBudget", message }];
  return tooManyRequests(
    "Cannot evict pod as it would violate the pod's disruption budget.",
    seconds,
    causes,
  );
}

function stillProcessed(budget: string): StatusError {
  return refusal(`The disruption budget ${budget} is still being processed by the server.`, 10);
}

function disrupt(budget: KubeObject & PodDisruptionBudget, podName: string, now: number): void {
  const { status } = budget;
  const name = budget.metadata.name ?? "";
  const forbid = (detail: string): StatusError =>
    forbidden({ group: POLICY, plural: "poddisruptionbudget" }, name, detail);
  if ((status.observedGeneration ?? 0) < (budget.metadata.generation ?? 0)) throw stillProcessed(name);
  if (status.disruptionsAllowed < 0) throw forbid("pdb disruptions allowed is negative");
  if (Object.keys(status.disruptedPods ?? {}).length > MAX_DISRUPTED)
    throw forbid("too many evictions that the disruption controller has not seen yet");
  if (status.disruptionsAllowed === 0) {
    const { desiredHealthy: needed, currentHealthy: healthy } = status;
    throw refusal(
      `The disruption budget ${name} needs ${needed} healthy pods and has ${healthy} currently`,
      0,
    );
  }
  status.disruptionsAllowed--;
  status.disruptedPods = { ...status.disruptedPods, [podName]: rfc3339(now) };
  if (status.disruptionsAllowed > 0) return;
  status.conditions = withCondition(status.conditions, {
    type: "DisruptionAllowed",
    status: "False",
    observedGeneration: status.observedGeneration ?? 0,
    lastTransitionTime: rfc3339(now),
    reason: "InsufficientPods",
    message: "",
  });
}
