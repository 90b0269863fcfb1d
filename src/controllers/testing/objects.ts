/** Objects for tests of decisions: only what a decision reads, with the rest as a server would complete it. */
import { type Deployment, type Pod, type ReplicaSet, rfc3339 } from "#api";

interface PodWish {
  readonly name?: string;
  readonly node?: string;
  readonly phase?: string;
  readonly ready?: boolean;
  readonly readySinceMs?: number;
  readonly createdMs?: number;
  readonly cost?: string;
  readonly restarts?: number;
  readonly labels?: Record<string, string>;
  readonly ip?: string;
  readonly deleted?: boolean;
}

export function pod(wish: PodWish): Pod {
  const { name = "p", phase = "Running", ready = true, createdMs = 0, restarts = 0 } = wish;
  const since = rfc3339(wish.readySinceMs ?? createdMs);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "a",
      uid: `uid-${name}`,
      creationTimestamp: rfc3339(createdMs),
      labels: wish.labels ?? {},
      annotations: wish.cost === undefined ? {} : { "controller.kubernetes.io/pod-deletion-cost": wish.cost },
      ...(wish.deleted === true ? { deletionTimestamp: since } : {}),
    },
    spec: { containers: [], ...(wish.node === undefined ? {} : { nodeName: wish.node }) },
    status: {
      phase,
      conditions: [
        { type: "Ready", status: ready ? "True" : "False", lastProbeTime: null, lastTransitionTime: since },
      ],
      containerStatuses: [
        { name: "c", ready, restartCount: restarts, image: "i", imageID: "", state: {}, lastState: {} },
      ],
      ...(wish.ip === undefined ? {} : { podIP: wish.ip, podIPs: [{ ip: wish.ip }] }),
    },
  } as unknown as Pod;
}

interface DeploymentWish {
  readonly replicas?: number;
  readonly surge?: number | string;
  readonly unavailable?: number | string;
  readonly image?: string;
  readonly recreate?: boolean;
  readonly paused?: boolean;
  readonly historyLimit?: number;
}

export function deployment(wish: DeploymentWish): Deployment {
  const { replicas = 3, surge = "25%", unavailable = "25%", image = "v1" } = wish;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "a", uid: "uid-web", generation: 1, annotations: {} },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "c", image }] } },
      strategy: wish.recreate
        ? { type: "Recreate" }
        : { type: "RollingUpdate", rollingUpdate: { maxSurge: surge, maxUnavailable: unavailable } },
      paused: wish.paused ?? false,
      revisionHistoryLimit: wish.historyLimit ?? 10,
      progressDeadlineSeconds: 600,
    },
    status: {},
  } as unknown as Deployment;
}

export function withAvailable(set: ReplicaSet, available: number): ReplicaSet {
  const replicas = set.spec.replicas ?? 0;
  const counts = { replicas, readyReplicas: available, availableReplicas: available };
  return { ...set, status: { ...set.status, ...counts, observedGeneration: set.metadata.generation ?? 0 } };
}
