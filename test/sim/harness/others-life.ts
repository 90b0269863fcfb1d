/**
 * What a Deployment's life does not touch: a StatefulSet with claims, a budget for evictions, aggregated roles, volumes and
 * claims in use, a pod of a node that is not there, a quota. For the controllers that write nothing in `life.ts`.
 */
import {
  type ClusterRole,
  clusterRoles,
  deployments,
  type KubeObject,
  namespaces,
  persistentVolumeClaims,
  persistentVolumes,
  type PodDisruptionBudget,
  type Pod,
  podDisruptionBudgets,
  pods,
  type Resource,
  type ResourceQuota,
  resourceQuotas,
  type StatefulSet,
  statefulSets,
} from "#api";
import type { NewObject, ObjectKey } from "#client";
import { InsistentUser } from "./insistent-user.ts";
import type { Life } from "./life.ts";
import { deploymentSpec, statefulSetSpec } from "./life-objects.ts";
import type { SimCluster } from "./sim-cluster.ts";

const namespace = "shop";

export class OthersLife implements Life {
  readonly #cluster: SimCluster;
  readonly #user: InsistentUser;
  readonly promised = 0;
  stage = "start";
  onStage: () => void = () => {};

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    this.#user = new InsistentUser(cluster);
  }

  async run(): Promise<void> {
    await this.#create(namespaces, { metadata: { name: namespace } });
    await this.#roles();
    await this.#budget();
    await this.#volume();
    await this.#claimOfLostPod();
    await this.#statefulSet();
    await this.#quota();
    this.stage = "end";
  }

  async #roles(): Promise<void> {
    this.#enter("aggregated roles");
    const rule = (resource: string) => ({ verbs: ["get"], apiGroups: [""], resources: [resource] });
    const clusterRoleSelectors = [{ matchLabels: { part: "yes" } }];
    await this.#create(clusterRoles, {
      metadata: { name: "whole" },
      aggregationRule: { clusterRoleSelectors },
    });
    await this.#create(clusterRoles, {
      metadata: { name: "part", labels: { part: "yes" } },
      rules: [rule("pods")],
    });
    const whole = () => this.#get<ClusterRole>("/registry/clusterroles/whole")?.rules?.length;
    await this.#user.until("the whole has its part", () => whole() === 1);
    await this.#patch(clusterRoles, { name: "part" }, { rules: [rule("pods"), rule("nodes")] });
    await this.#user.until("the whole has the part's second rule", () => whole() === 2);
  }

  async #budget(): Promise<void> {
    this.#enter("budget");
    const metadata = { namespace, name: "web", labels: { app: "web" } };
    await this.#create(podDisruptionBudgets, {
      metadata,
      spec: { minAvailable: 1, selector: { matchLabels: { app: "web" } } },
    });
    const spec = deploymentSpec("web", 2) as NewObject<KubeObject>;
    await this.#create(deployments, { metadata, spec } as NewObject<never>);
    const allowed = () =>
      this.#get<PodDisruptionBudget>(`/registry/poddisruptionbudgets/${namespace}/web`)?.status
        .disruptionsAllowed;
    await this.#user.until("one may go", () => allowed() === 1);
    await this.#patch(deployments, { namespace, name: "web" }, { spec: { replicas: 3 } });
    await this.#user.until("two may go", () => allowed() === 2);
  }

  async #volume(): Promise<void> {
    this.#enter("volume in use");
    const key = { name: "disk" };
    await this.#create(persistentVolumes, {
      metadata: key,
      spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], hostPath: { path: "/data" } },
    });
    const volumes = this.#user.client.of(persistentVolumes);
    const phase = (value: string) =>
      this.#user.insist(`call the volume ${value}`, (signal) =>
        volumes.patch(key, "merge", { status: { phase: value } }, signal, { subresource: "status" }),
      );
    await phase("Bound");
    await this.#user.insist("delete the volume", (signal) => volumes.delete(key, signal));
    await this.#cluster.control.clock.sleep(3_000);
    const found = () => this.#get("/registry/persistentvolumes/disk");
    if (found() === undefined) this.#cluster.findings.report("volume-gone-in-use", "disk");
    await phase("Released");
    await this.#user.until("the volume is gone", () => found() === undefined);
  }

  /** The claim is held by a pod whose node never was, until the pod is collected. */
  async #claimOfLostPod(): Promise<void> {
    this.#enter("claim of a lost pod");
    const key = { namespace, name: "data" };
    await this.#create(persistentVolumeClaims, {
      metadata: key,
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    });
    const volumes = [{ name: "v", persistentVolumeClaim: { claimName: "data" } }];
    const containers = [{ name: "main", image: "web:1" }];
    await this.#create(pods, {
      metadata: { namespace, name: "lost" },
      spec: { nodeName: "ghost", containers, volumes },
    });
    const claims = this.#user.client.of(persistentVolumeClaims);
    await this.#user.insist("delete the claim", (signal) => claims.delete(key, signal));
    await this.#user.until(
      "the claim is gone, when its pod has ended",
      () => this.#get(`/registry/persistentvolumeclaims/${namespace}/data`) === undefined,
    );
    // One that was told to have failed uses nothing any more.
    const pod = this.#get<Pod>(`/registry/pods/${namespace}/lost`);
    if (pod !== undefined && pod.status.phase !== "Failed")
      this.#cluster.findings.report("claim-gone-in-use", "data");
  }

  async #statefulSet(): Promise<void> {
    this.#enter("stateful set");
    const key = { namespace, name: "db" };
    await this.#create(statefulSets, {
      metadata: key,
      spec: statefulSetSpec("db", 2),
    } as NewObject<StatefulSet>);
    await this.#settled(2);
    await this.#patch(statefulSets, key, {
      spec: { template: { spec: { containers: [{ name: "main", image: "db:2" }] } } },
    });
    await this.#settled(2);
    await this.#patch(statefulSets, key, { spec: { replicas: 1 } });
    await this.#settled(1);
  }

  async #quota(): Promise<void> {
    this.#enter("quota");
    const metadata = { namespace, name: "maps" };
    await this.#create(resourceQuotas, { metadata, spec: { hard: { configmaps: "5" } } });
    const used = () =>
      this.#get<ResourceQuota>(`/registry/resourcequotas/${namespace}/maps`)?.status.used?.["configmaps"];
    await this.#user.until("the quota counts the root certificates", () => used() === "1");
  }

  async #settled(replicas: number): Promise<void> {
    await this.#user.until(`the set has ${replicas} of its newest pods`, () => {
      const set = this.#get<StatefulSet>(`/registry/statefulsets/${namespace}/db`);
      if (set === undefined || (set.status.observedGeneration ?? 0) < (set.metadata.generation ?? 0))
        return false;
      const { replicas: all, readyReplicas, updatedReplicas, currentRevision, updateRevision } = set.status;
      const counts = [all, readyReplicas, updatedReplicas];
      return counts.every((count) => count === replicas) && currentRevision === updateRevision;
    });
  }

  #enter(stage: string): void {
    this.stage = stage;
    this.onStage();
  }

  #get<T extends KubeObject>(key: string): T | undefined {
    return this.#cluster.log.object<T>(key);
  }

  async #create<T extends KubeObject>(resource: Resource<T>, object: NewObject<T>): Promise<void> {
    const create = (signal: AbortSignal) => this.#user.client.of(resource).create(object, signal);
    await this.#user.insist(`create ${object.metadata?.name}`, create);
  }

  async #patch<T extends KubeObject>(resource: Resource<T>, key: ObjectKey, patch: unknown): Promise<void> {
    const objects = this.#user.client.of(resource);
    await this.#user.insist(`patch ${key.name}`, (signal) => objects.patch(key, "strategic", patch, signal));
  }
}
