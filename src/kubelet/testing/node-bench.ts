/**
 * What the kubelet's suite runs on: an API server, a runtime and a kubelet that can be stopped and started,
 * and the few things its tests do again and again. A real node and the twin each make one.
 */
import assert from "node:assert/strict";
import {
  type ContainerStatus,
  configMaps,
  type Container,
  events,
  nodes,
  type Node,
  type Pod,
  type PodSpec,
  pods,
} from "#api";
import type { Env } from "#base";
import type { Client, NewObject } from "#client";
import { podUidLabel } from "../runtime/labels.ts";
import type { RuntimeService } from "../runtime/runtime.ts";
import { awaitObjects, awaitRuntime } from "./news.ts";

export interface KubeletHarness extends AsyncDisposable {
  readonly env: Env;
  /** With every right. */
  readonly client: Client;
  readonly runtime: RuntimeService;
  readonly nodeName: string;
  /** A busybox that can be pulled. */
  readonly shellImage: string;
  /** Another one. */
  readonly otherImage: string;
  /** One that cannot be had. */
  readonly missingImage: string;
  startKubelet(): Promise<void>;
  /** Ends the kubelet without a word; containers run on. */
  crashKubelet(): Promise<void>;
  /** Every process of the machine ends, and every network is gone; the kubelet is down. */
  rebootNode(): Promise<void>;
  /** Writes a manifest of a static pod into the node's folder, or takes it away. */
  writeManifest(name: string, text: string): Promise<void>;
  removeManifest(name: string): Promise<void>;
  /** Runs a test's body, in the harness's time. */
  run(body: () => Promise<void>): Promise<void>;
}

const namespace = "default";

export class NodeBench {
  readonly harness: KubeletHarness;
  readonly signal = new AbortController().signal;

  constructor(harness: KubeletHarness) {
    this.harness = harness;
  }

  get env(): Env {
    return this.harness.env;
  }

  /** A container of the shell image that runs a script. */
  shell(name: string, script: string, more: Partial<Container> = {}): NewObject<Container> {
    return { name, image: this.harness.shellImage, command: ["sh", "-c", script], ...more };
  }

  /** Creates a pod that is bound to the node. */
  async create(name: string, spec: NewObject<PodSpec>): Promise<Pod> {
    return this.harness.client.of(pods).create(
      {
        metadata: { name, namespace },
        spec: {
          nodeName: this.harness.nodeName,
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 5,
          ...spec,
        },
      },
      this.signal,
    );
  }

  async pod(name: string): Promise<Pod> {
    return this.harness.client.of(pods).get({ namespace, name }, this.signal);
  }

  /** The pod once `holds` of it; fails with the pod's status when that takes longer than `withinSeconds`. */
  async eventually(name: string, holds: (pod: Pod) => boolean, withinSeconds = 60): Promise<Pod> {
    const all = ([pod]: readonly Pod[]): boolean => pod !== undefined && holds(pod);
    const {
      objects: [pod],
      held,
    } = await this.#news(name, all, withinSeconds);
    if (held && pod !== undefined) return pod;
    const told = (await this.events(name)).map((one) => `${one.reason}: ${one.message}`);
    const status = JSON.stringify(pod?.status, undefined, 1);
    const message = `pod ${name} did not come so far: ${status}\n${told.join("\n")}`;
    throw new assert.AssertionError({ message });
  }

  async running(name: string): Promise<Pod> {
    return this.eventually(name, (pod) => condition(pod, "Ready") === "True");
  }

  async phase(name: string, phase: string, withinSeconds = 60): Promise<Pod> {
    return this.eventually(name, (pod) => pod.status.phase === phase, withinSeconds);
  }

  async delete(name: string, gracePeriodSeconds?: number): Promise<void> {
    await this.harness.client
      .of(pods)
      .delete(
        { namespace, name },
        this.signal,
        gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds },
      );
  }

  /** Resolves with the seconds it took until the pod's object was gone. */
  async gone(name: string, withinSeconds = 60): Promise<number> {
    const { clock } = this.env;
    const began = clock.monotonic();
    const { held } = await this.#news(name, (pods) => pods.length === 0, withinSeconds);
    assert.equal(held, true, `pod ${name} is still there`);
    return (clock.monotonic() - began) / 1000;
  }

  /** Resolves with its name when the API has such a pod. */
  async shown(name: string, withinSeconds = 30): Promise<string> {
    await this.eventually(name, () => true, withinSeconds);
    return name;
  }

  /** What the runtime has of a pod, given or by its uid there. */
  async left(pod: Pod | string): Promise<number> {
    const uid = typeof pod === "string" ? pod : (pod.metadata.uid ?? "");
    const labels = { [podUidLabel]: uid };
    const sandboxes = await this.harness.runtime.listPodSandbox({ labels }, this.signal);
    const containers = await this.harness.runtime.listContainers({ labels }, this.signal);
    return sandboxes.length + containers.length;
  }

  /** Resolves when the runtime has nothing of a pod any more. */
  async cleared(pod: Pod, withinSeconds = 10): Promise<void> {
    const isClear = async (): Promise<boolean> => (await this.left(pod)) === 0;
    const held = await awaitRuntime(this.env, this.harness.runtime, isClear, withinSeconds);
    assert.equal(held, true, "the runtime still has something of the pod");
  }

  async node(): Promise<Node> {
    return this.harness.client.of(nodes).get({ name: this.harness.nodeName }, this.signal);
  }

  /** Whether the node's default handler says that it can do that. */
  async has(feature: "userNamespaces" | "recursiveReadOnlyMounts"): Promise<boolean> {
    const { runtimeHandlers = [] } = (await this.node()).status;
    return runtimeHandlers.find((one) => one.name === "")?.features?.[feature] === true;
  }

  async createConfigMap(name: string, data: Readonly<Record<string, string>>): Promise<void> {
    await this.harness.client.of(configMaps).create({ metadata: { name, namespace }, data }, this.signal);
  }

  /** Events about a pod. */
  async events(name: string): Promise<readonly { readonly reason: string; readonly message: string }[]> {
    const fieldSelector = `involvedObject.name=${name}`;
    const list = await this.harness.client.of(events).list({ namespace, fieldSelector }, this.signal);
    return list.items.map(({ reason = "", message = "" }) => ({ reason, message }));
  }

  /** Waits for an event about a pod whose reason is `reason`, and message contains `text`. */
  async told(name: string, reason: string, text: string, withinSeconds = 30): Promise<void> {
    const { objects, held } = await awaitObjects(
      this.env,
      this.harness.client.of(events),
      { namespace, fieldSelector: `involvedObject.name=${name}` },
      (all) => all.some((one) => one.reason === reason && (one.message ?? "").includes(text)),
      withinSeconds,
    );
    const list = objects.map((one) => `${one.reason}: ${one.message}`);
    assert.equal(held, true, `no event ${reason} "${text}" among ${JSON.stringify(list)}`);
  }

  #news(name: string, holds: (pods: readonly Pod[]) => boolean, withinSeconds: number) {
    const selection = { namespace, fieldSelector: `metadata.name=${name}` };
    return awaitObjects(this.env, this.harness.client.of(pods), selection, holds, withinSeconds);
  }
}

export function condition(pod: Pod, type: string): string | undefined {
  return pod.status.conditions?.find((one) => one.type === type)?.status;
}

/** The status of a container, of whatever role; one that says nothing while the pod has none. */
export function statusOf(pod: Pod, name = "main"): ContainerStatus {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status;
  const found = [...initContainerStatuses, ...containerStatuses].find((one) => one.name === name);
  return found ?? { name, state: {}, lastState: {}, ready: false, restartCount: 0, image: "", imageID: "" };
}

export function waitingFor(pod: Pod, name = "main"): string | undefined {
  return statusOf(pod, name).state.waiting?.reason;
}

/** Registers a test on a node of its own, with its kubelet running. `lastsSeconds`: when it is more than a few. */
export type Check = (
  title: string,
  body: (bench: NodeBench) => Promise<void>,
  options?: { readonly lastsSeconds: number },
) => void;
