/**
 * A Deployment's life as a user drives it: create, scale, roll out, roll out what cannot run and roll back, pause and
 * resume, delete in each propagation mode, delete a namespace. Each act is repeated until it is done, as a user
 * would; each stage waits until the cluster has come so far.
 */
import {
  type Deployment,
  deployments,
  isStatus,
  type KubeObject,
  namespaces,
  pods,
  type ReplicaSet,
  replicaSets,
  type Resource,
  services,
} from "#api";
import type { DeleteOptions, NewObject } from "#client";
import { endpointsTrouble } from "./end-state.ts";
import { InsistentUser } from "./insistent-user.ts";
import { deploymentSpec, serviceSpec } from "./life-objects.ts";
import type { SimCluster } from "./sim-cluster.ts";

type Propagation = NonNullable<DeleteOptions["propagationPolicy"]>;

/** What a user does with a cluster. */
export interface Life {
  /** Hears of each new stage. */
  onStage: () => void;
  /** What the user does now. */
  readonly stage: string;
  /** Replicas that must stay available; 0 while nothing is promised. */
  readonly promised: number;
  /** Resolves when all is done; rejects with `NotConverged`. */
  run(): Promise<void>;
}

export class DeploymentLife implements Life {
  readonly #cluster: SimCluster;
  readonly #user: InsistentUser;
  /** Hears of each new stage. */
  onStage: () => void = () => {};
  /** What the user does now, for invariants that hold only then. */
  stage = "start";
  /** Replicas that must stay available, less maxUnavailable; 0 while nothing is promised. */
  promised = 0;

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    this.#user = new InsistentUser(cluster);
  }

  async run(): Promise<void> {
    await this.#namespace("shop");
    await this.#create(services, "shop", "web", serviceSpec("web"));
    await this.#deployment("shop", "web", 3);
    await this.#scale("web", 5);
    await this.#rollOut("web", "web:2");
    await this.#rollOutWhatCannotRun("web");
    await this.#pauseAndResume("web");
    await this.#scale("web", 2);
    await Promise.all([this.#deletions(), this.#namespaceLife()]);
    await this.#scale("web", 4);
    await this.#scale("web", 3);
    this.stage = "end";
  }

  /** A new stage, after a while of thought in which faults may come. */
  async #enter(stage: string): Promise<void> {
    this.stage = stage;
    this.onStage();
    const { clock, random } = this.#cluster.control;
    await clock.sleep(random.below(3_000));
  }

  async #namespace(name: string): Promise<void> {
    await this.#user.insist(`create namespace ${name}`, () =>
      this.#user.client.of(namespaces).create({ metadata: { name } }, this.#user.signal),
    );
  }

  async #deployment(namespace: string, name: string, replicas: number): Promise<void> {
    await this.#enter(`create ${name}`);
    await this.#create(deployments, namespace, name, deploymentSpec(name, replicas));
    await this.#settled(namespace, name, replicas);
  }

  async #scale(name: string, replicas: number): Promise<void> {
    await this.#enter(`scale ${name} to ${replicas}`);
    await this.#patch(name, { spec: { replicas } });
    await this.#settled("shop", name, replicas);
  }

  async #rollOut(name: string, image: string): Promise<void> {
    await this.#enter(`roll out ${image}`);
    const { replicas = 0 } = this.#get("shop", name)?.spec ?? {};
    this.promised = replicas - Math.floor(replicas / 4);
    await this.#setImage(name, image);
    await this.#settled("shop", name, replicas);
    this.promised = 0;
  }

  async #rollOutWhatCannotRun(name: string): Promise<void> {
    const good = this.#get("shop", name)?.spec.template.spec?.containers[0]?.image ?? "";
    const bad = "registry.invalid/web:9";
    await this.#enter("roll out what cannot run");
    const { replicas = 0 } = this.#get("shop", name)?.spec ?? {};
    this.promised = replicas - Math.floor(replicas / 4);
    await this.#setImage(name, bad);
    await this.#user.until("the bad rollout has begun", () => {
      const set = this.#sets("shop").find((one) => imageOf(one) === bad);
      return (set?.status.replicas ?? 0) > 0;
    });
    await this.#cluster.control.clock.sleep(10_000);
    await this.#enter("roll back");
    await this.#setImage(name, good);
    await this.#settled("shop", name, replicas);
    this.promised = 0;
  }

  async #pauseAndResume(name: string): Promise<void> {
    await this.#enter("pause");
    await this.#patch(name, { spec: { paused: true } });
    await this.#user.until("the pause is seen", () => observed(this.#get("shop", name)));
    await this.#setImage(name, "web:3");
    await this.#cluster.control.clock.sleep(5_000);
    if (this.#sets("shop").some((one) => imageOf(one) === "web:3"))
      this.#cluster.findings.report("paused-deployment-rolled-out", name);
    await this.#enter("resume");
    await this.#patch(name, { spec: { paused: false } });
    await this.#settled("shop", name, this.#get("shop", name)?.spec.replicas ?? 0);
  }

  async #deletions(): Promise<void> {
    await Promise.all([
      this.#deletion("background", "Background"),
      this.#deletion("foreground", "Foreground"),
      this.#orphaning("orphan"),
    ]);
  }

  async #deletion(name: string, propagationPolicy: Propagation): Promise<void> {
    await this.#deployment("shop", name, 2);
    await this.#delete(deployments, name, propagationPolicy);
    await this.#user.until(
      `${name} is gone with all that it owned`,
      () => this.#belongings(name).length === 0,
    );
  }

  async #orphaning(name: string): Promise<void> {
    await this.#deployment("shop", name, 2);
    await this.#delete(deployments, name, "Orphan");
    await this.#user.until(`${name} is gone`, () => this.#get("shop", name) === undefined);
    const sets = this.#sets("shop").filter((one) => one.metadata.labels?.["app"] === name);
    const [set] = sets;
    const isKept = (): boolean =>
      sets.length === 1 && this.#sets("shop").some((one) => one.metadata.uid === set?.metadata.uid);
    await this.#cluster.control.clock.sleep(3_000);
    const owned = (set?.metadata.ownerReferences ?? []).length > 0;
    if (owned || !isKept())
      this.#cluster.findings.report("orphan-not-orphaned", JSON.stringify(sets.map((one) => one.metadata)));
    if (set === undefined || owned || !isKept()) return;
    await this.#delete(replicaSets, set.metadata.name ?? "", "Foreground");
    await this.#user.until(`the orphan of ${name} is gone`, () => this.#belongings(name).length === 0);
  }

  async #namespaceLife(): Promise<void> {
    await this.#namespace("bye");
    await this.#create(services, "bye", "bye", serviceSpec("bye"));
    await this.#deployment("bye", "bye", 2);
    await this.#user.insist("delete namespace bye", () =>
      this.#user.client.of(namespaces).delete({ name: "bye" }, this.#user.signal),
    );
    await this.#user.until(
      "namespace bye is gone",
      () => this.#cluster.log.object("/registry/namespaces/bye") === undefined,
    );
  }

  /** All objects of the life's kinds that carry the name as their `app`. */
  #belongings(name: string): readonly KubeObject[] {
    const { log } = this.#cluster;
    const all: KubeObject[] = [
      ...log.list(deployments).values(),
      ...log.list(replicaSets).values(),
      ...log.list(pods).values(),
    ];
    return all.filter(({ metadata }) => metadata.labels?.["app"] === name || metadata.name === name);
  }

  async #settled(namespace: string, name: string, replicas: number): Promise<void> {
    await this.#user.until(`deployment ${namespace}/${name} has ${replicas} of its newest pods`, () => {
      const deployment = this.#get(namespace, name);
      if (deployment === undefined || !observed(deployment)) return false;
      const { replicas: all, updatedReplicas, availableReplicas } = deployment.status;
      return all === replicas && updatedReplicas === replicas && availableReplicas === replicas;
    });
    const { log } = this.#cluster;
    await this.#user.until(`the endpoints of ${namespace}/${name} are its ready pods`, () => {
      return endpointsTrouble(log, namespace, name).length === 0;
    });
  }

  #get(namespace: string, name: string): Deployment | undefined {
    return this.#cluster.log.object<Deployment>(`/registry/deployments/${namespace}/${name}`);
  }

  #sets(namespace: string): readonly ReplicaSet[] {
    return [...this.#cluster.log.list(replicaSets).values()].filter(
      ({ metadata }) => metadata.namespace === namespace,
    );
  }

  #setImage(name: string, image: string): Promise<void> {
    return this.#patch(name, { spec: { template: { spec: { containers: [{ name: "main", image }] } } } });
  }

  async #patch(name: string, patch: unknown): Promise<void> {
    await this.#user.insist(`patch ${name}`, () =>
      this.#user.client
        .of(deployments)
        .patch({ namespace: "shop", name }, "strategic", patch, this.#user.signal),
    );
  }

  async #create<T extends KubeObject>(
    resource: Resource<T>,
    namespace: string,
    name: string,
    spec: unknown,
  ): Promise<void> {
    const object = { metadata: { namespace, name, labels: { app: name } }, spec } as unknown as NewObject<T>;
    const create = () =>
      this.#user.insist(`create ${name}`, () =>
        this.#user.client.of(resource).create(object, this.#user.signal),
      );
    // An impatient user, who gets a conflict for the second click.
    await Promise.all([create(), create()]);
  }

  async #delete<T extends KubeObject>(
    resource: Resource<T>,
    name: string,
    propagationPolicy: Propagation,
  ): Promise<void> {
    await this.#enter(`delete ${name}`);
    await this.#user.insist(`delete ${name}`, () =>
      this.#user.client
        .of(resource)
        .delete({ namespace: "shop", name }, this.#user.signal, { propagationPolicy })
        .catch((error: unknown) => {
          if (!isStatus(error, "NotFound")) throw error;
        }),
    );
  }
}

function observed(deployment: Deployment | undefined): boolean {
  if (deployment === undefined) return false;
  return (deployment.status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0);
}

function imageOf(set: ReplicaSet): string {
  return set.spec.template?.spec?.containers[0]?.image ?? "";
}
