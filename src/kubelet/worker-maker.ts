/** What all pods of a node share (references, puller, prober, steps), and each pod's worker over it. */
import { type Pod, type Service } from "#api";
import type { Env } from "#base";
import type { Client, EventSink, Lister, ResourceClient } from "#client";
import type { PodCgroups } from "./cgroup/pod-cgroups.ts";
import type { PullRecords } from "./image/pull-records.ts";
import { ImagePuller } from "./image/puller.ts";
import type { PodSetDeps } from "./pod/pod-set.ts";
import { ApiReferences } from "./pod/references.ts";
import type { Refusal } from "./pod/resize.ts";
import type { NodePart } from "./pod/config/start-config.ts";
import { PodSteps } from "./pod/steps.ts";
import { PodWorker } from "./pod/worker.ts";
import type { ProbeDialer } from "./probe/dialer.ts";
import type { ProbeCounts } from "./probe/probe-counts.ts";
import { Prober } from "./probe/prober.ts";
import type { ImageService, RuntimeService } from "./runtime/runtime.ts";
import type { StatusManager } from "./status/status-manager.ts";
import type { PodVolumes } from "./volumes/volumes.ts";

/** What pods stand on: the API above them, and the node's services below. */
export interface PodGround {
  /** With the node's own identity. */
  readonly client: Client;
  /**
   * Services of all namespaces, for environment variables; run by its owner, and perhaps shared by many
   * kubelets.
   */
  readonly services: Lister<Service>;
  readonly runtime: RuntimeService;
  readonly images: ImageService;
  readonly dialer: ProbeDialer;
  readonly volumes: PodVolumes;
  readonly cgroups: PodCgroups;
  /** Who counts the answers of probes. Default: nobody. */
  readonly probeCounts?: ProbeCounts;
}

/** The kubelet's own parts that workers act by. */
export interface WorkerMakerDeps {
  readonly ground: PodGround;
  readonly pods: ResourceClient<Pod>;
  readonly status: StatusManager;
  readonly events: EventSink;
  readonly records: PullRecords;
  /** Why the node does not grant a pod of its own what it asks for now. */
  resizeRefusal(pod: Pod): Refusal | undefined;
}

/** The workers of one node. */
export function workerMaker(
  env: Env,
  deps: WorkerMakerDeps,
  { runtimeName, ...part }: NodePart & { readonly runtimeName: string },
): PodSetDeps["makeWorker"] {
  const { pods, status, events } = deps;
  const { runtime, volumes, cgroups, probeCounts } = deps.ground;
  let shared: SharedParts | undefined;
  return (pod, refusal, done) => {
    // A node without pods has none of it.
    const { prober, steps } = (shared ??= sharedParts(env, deps, part));
    // Whoever is kept as long as the worker keeps no version of the pod.
    const { uid = "" } = pod.metadata;
    const finished = (): void => {
      status.forget(uid);
      done();
    };
    if (refusal !== undefined) events.record(pod, "Warning", refusal.reason, refusal.message);
    const parts = {
      refusal: (one: Pod) => deps.resizeRefusal(one),
      pods,
      runtime,
      steps,
      prober,
      volumes,
      cgroups,
      status,
      events,
      finished,
      ...(probeCounts === undefined ? {} : { probeCounts }),
    };
    const options = {
      hostIPs: part.hostIPs,
      runtimeName,
      ...(refusal === undefined ? {} : { refusal }),
    };
    return new PodWorker(env, parts, options, pod);
  };
}

/** What acts for all pods of a node. */
interface SharedParts {
  readonly prober: Prober;
  readonly steps: PodSteps;
}

function sharedParts(env: Env, { events, records, ground }: WorkerMakerDeps, part: NodePart): SharedParts {
  const { client, services, runtime, images, dialer, volumes } = ground;
  const references = new ApiReferences({ client, services });
  const puller = new ImagePuller(env, { images, events, references, records });
  const prober = new Prober(env, { runtime, dialer });
  return { prober, steps: new PodSteps(env, { runtime, puller, prober, events, references, volumes }, part) };
}
