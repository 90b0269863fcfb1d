/**
 * `planPod`: what to do next for a pod that shall run, as a pure function of its spec, what the runtime has,
 * what the probes found and the time. The worker executes the actions in order, looks again and plans again,
 * until there is nothing to do; so a kubelet that starts over a running pod plans nothing.
 *
 *   no ready sandbox  -> create one (the old one's containers are stopped first)
 *   init containers   -> one after the other; sidecars stay (`plan-init.ts`)
 *   main containers   -> start, restart after back-off, or kill (changed, unhealthy)
 *   nothing will run  -> the pod is finished
 */
import {
  ephemeralContainersOf,
  initContainersOf,
  mainContainersOf,
  type PodContainer,
} from "./containers.ts";
import { latest, readySandbox } from "./observation.ts";
import { planInit } from "./plan-init.ts";
import { type PlanInput, PlanScope, type PodAction, type Waiting } from "./plan-scope.ts";
import { afterExit } from "./restart.ts";

/** What follows from one look. */
export interface PodPlan {
  readonly actions: readonly PodAction[];
  readonly waiting: readonly Waiting[];
  /** Every container has ended for good: the pod's sandbox can go, its phase is final. */
  readonly finished: boolean;
}

const finished: PodPlan = { actions: [], waiting: [], finished: true };

/** Never fails; equal input, equal plan. */
export function planPod(input: PlanInput): PodPlan {
  const sandbox = readySandbox(input.observed);
  if (sandbox === undefined || (sandbox.ips.length === 0 && !sandbox.hostNetwork)) return planSandbox(input);
  const scope = new PlanScope(input, sandbox.id);
  for (const container of ephemeralContainersOf(input.pod)) {
    if (latest(input.observed, container.spec.name) === undefined) scope.start(container);
  }
  const initialization = planInit(scope);
  if (initialization === "failed") return finished;
  if (initialization === "done") {
    const stays = mainContainersOf(input.pod).map((container) => planMain(scope, container));
    if (!stays.includes(true)) return finished;
  }
  scope.prune();
  return { actions: scope.actions, waiting: scope.waiting, finished: false };
}

/** A new sandbox, unless all containers have ended for good. */
function planSandbox(input: PlanInput): PodPlan {
  const { pod, observed } = input;
  const newest = observed.sandboxes[0];
  if (
    newest !== undefined &&
    observed.containers.length > 0 &&
    !mainContainersOf(pod).some((one) => startsAgain(input, one))
  ) {
    return finished;
  }
  const attempt = newest === undefined ? 0 : newest.attempt + 1;
  const actions: PodAction[] = newest === undefined ? [] : [{ kind: "stop-sandbox" }];
  actions.push({ kind: "create-sandbox", attempt, replaces: newest?.id });
  return { actions, waiting: [], finished: false };
}

/**
 * Whether a container that lost its sandbox runs again in the next one. What never ran does, unless the pod
 * failed before it.
 */
function startsAgain(input: PlanInput, container: PodContainer): boolean {
  const status = latest(input.observed, container.spec.name);
  if (status === undefined) {
    return !initContainersOf(input.pod).some((init) => {
      const ended = latest(input.observed, init.spec.name);
      return (
        ended?.state === "CONTAINER_EXITED" &&
        init.role === "init" &&
        ended.exitCode !== 0 &&
        afterExit(input.pod, init, ended.exitCode) === "no"
      );
    });
  }
  return status.state !== "CONTAINER_EXITED" || afterExit(input.pod, container, status.exitCode) !== "no";
}

/** Plans one main container; true when it runs, or will. */
function planMain(scope: PlanScope, container: PodContainer): boolean {
  const status = scope.current(container);
  if (status === undefined || status.state === "CONTAINER_CREATED") {
    scope.start(container);
    return true;
  }
  if (status.state === "CONTAINER_RUNNING") return scope.keepRunning(container, status);
  if (status.state === "CONTAINER_UNKNOWN") {
    scope.kill(
      container,
      status,
      "unknown",
      'Container is in "unknown" state, try killing it before restart',
    );
    scope.start(container);
    return true;
  }
  if (afterExit(scope.pod, container, status.exitCode) === "no") return false;
  scope.start(container);
  return true;
}
