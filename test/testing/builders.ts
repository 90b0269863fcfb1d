/**
 * Objects for tests, said briefly: `pod("a").node("n1").cpu("500m").build()`. What is not said is what a defaulted
 * object of the API would hold.
 */
import { Node, type NodeSelectorTerm, Pod, type Taint, type Toleration } from "#api";

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A pending pod of one container. */
export function pod(name: string): PodBuilder {
  return new PodBuilder(name);
}

/** A ready node with 4 cpu, 8 Gi and 110 pods. */
export function node(name: string): NodeBuilder {
  return new NodeBuilder(name);
}

class PodBuilder {
  readonly #object: Mutable<Pod>;

  constructor(name: string) {
    this.#object = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "default", uid: `uid-${name}`, resourceVersion: "1", generation: 1 },
      spec: {
        containers: [{ name: "main", image: "app", resources: {} }],
        schedulerName: "default-scheduler",
      },
      status: { phase: "Pending" },
    } as unknown as Pod;
  }

  node(name: string): this {
    this.#object.spec.nodeName = name;
    return this;
  }

  cpu(amount: string): this {
    return this.#request("cpu", amount);
  }

  memory(amount: string): this {
    return this.#request("memory", amount);
  }

  priority(value: number): this {
    this.#object.spec.priority = value;
    return this;
  }

  hostPort(port: number, protocol = "TCP", hostIP = ""): this {
    const container = this.#object.spec.containers[0];
    if (container !== undefined)
      container.ports = [
        ...(container.ports ?? []),
        { containerPort: port, hostPort: port, protocol, hostIP },
      ];
    return this;
  }

  image(name: string): this {
    const container = this.#object.spec.containers[0];
    if (container !== undefined) container.image = name;
    return this;
  }

  selector(labels: Readonly<Record<string, string>>): this {
    this.#object.spec.nodeSelector = labels;
    return this;
  }

  affinity(...terms: readonly NodeSelectorTerm[]): this {
    this.#object.spec.affinity = {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [...terms] } },
    };
    return this;
  }

  prefers(weight: number, preference: NodeSelectorTerm): this {
    this.#object.spec.affinity = {
      nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, preference }] },
    };
    return this;
  }

  tolerates(toleration: Toleration): this {
    this.#object.spec.tolerations = [...(this.#object.spec.tolerations ?? []), toleration];
    return this;
  }

  gate(name: string): this {
    this.#object.spec.schedulingGates = [{ name }];
    return this;
  }

  build(): Pod {
    return structuredClone(this.#object);
  }

  #request(name: string, amount: string): this {
    const container = this.#object.spec.containers[0];
    if (container !== undefined) {
      container.resources = { requests: { ...container.resources?.requests, [name]: amount } };
    }
    return this;
  }
}

class NodeBuilder {
  readonly #object: Mutable<Node>;

  constructor(name: string) {
    const amounts = { cpu: "4", memory: "8Gi", pods: "110" };
    this.#object = {
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name,
        uid: `uid-${name}`,
        resourceVersion: "1",
        labels: { "kubernetes.io/hostname": name },
      },
      spec: {},
      status: { capacity: amounts, allocatable: amounts },
    } as unknown as Node;
  }

  label(key: string, value: string): this {
    this.#object.metadata.labels = { ...this.#object.metadata.labels, [key]: value };
    return this;
  }

  allocatable(amounts: Readonly<Record<string, string>>): this {
    this.#object.status.allocatable = { pods: "110", ...amounts };
    return this;
  }

  taint(taint: Taint): this {
    this.#object.spec.taints = [...(this.#object.spec.taints ?? []), taint];
    return this;
  }

  cordon(): this {
    this.#object.spec.unschedulable = true;
    return this;
  }

  image(name: string, sizeBytes: number): this {
    this.#object.status.images = [...(this.#object.status.images ?? []), { names: [name], sizeBytes }];
    return this;
  }

  build(): Node {
    return structuredClone(this.#object);
  }
}
