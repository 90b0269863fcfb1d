/** What the contract of container runtimes runs on: a runtime with its images, and pods of one shell container each. */
import assert from "node:assert/strict";
import type { Env } from "#base";
import { noResources } from "../pod/config/linux-resources.ts";
import type { ContainerConfig, IdRange, PodSandboxConfig } from "../runtime/config.ts";
import { podUidLabel } from "../runtime/labels.ts";
import type { ContainerStatus, ImageService, RuntimeService } from "../runtime/runtime.ts";
import type { LogSource, RuntimeStreams } from "../runtime/streams.ts";
import { awaitRuntime } from "./news.ts";

/** Each runtime makes one. */
export interface RuntimeHarness extends AsyncDisposable {
  readonly env: Env;
  readonly runtime: RuntimeService;
  readonly images: ImageService;
  readonly streams: RuntimeStreams;
  readonly logs: LogSource;
  /** A busybox that can be pulled or is there. */
  readonly shellImage: string;
  /** One that cannot be had. */
  readonly missingImage: string;
  /** Runs a test's body, in the harness's time. */
  run(body: () => Promise<void>): Promise<void>;
}

/** A harness with the few things that tests do again and again. */
export class RuntimeBench {
  readonly env: Env;
  readonly runtime: RuntimeService;
  readonly images: ImageService;
  readonly streams: RuntimeStreams;
  readonly logs: LogSource;
  readonly shellImage: string;
  readonly missingImage: string;
  readonly signal = new AbortController().signal;
  #made = 0;
  /** Of pods that have users of their own. */
  readonly #users = new Map<string, IdRange>();

  constructor(harness: RuntimeHarness) {
    this.env = harness.env;
    this.runtime = harness.runtime;
    this.images = harness.images;
    this.streams = harness.streams;
    this.logs = harness.logs;
    this.shellImage = harness.shellImage;
    this.missingImage = harness.missingImage;
  }

  async sandbox(uid: string, users?: IdRange): Promise<string> {
    if (users !== undefined) this.#users.set(uid, users);
    return this.runtime.runPodSandbox(this.#sandboxOf(uid), this.signal);
  }

  async create(sandboxId: string, script: string, more: Partial<ContainerConfig> = {}): Promise<string> {
    const { uid } = await this.runtime.podSandboxStatus(sandboxId, this.signal);
    const sandbox = this.#sandboxOf(uid);
    await this.images.pullImage(this.shellImage, undefined, sandbox, this.signal);
    const image = await this.images.imageStatus(this.shellImage, this.signal);
    this.#made += 1;
    const names = { name: `c${this.#made}`, image: this.shellImage, imageRef: image?.id ?? "" };
    const own = containerOf(uid);
    const security = { ...own.security, namespaces: sandbox.security.namespaces };
    const config = { ...own, security, ...names, command: ["sh", "-c", script], ...more };
    return this.runtime.createContainer(sandboxId, config, sandbox, this.signal);
  }

  #sandboxOf(uid: string): PodSandboxConfig {
    const sandbox = sandboxOf(uid);
    const users = this.#users.get(uid);
    if (users === undefined) return sandbox;
    return { ...sandbox, security: { ...security, namespaces: { ...security.namespaces, users } } };
  }

  async start(sandboxId: string, script: string): Promise<string> {
    const id = await this.create(sandboxId, script);
    await this.runtime.startContainer(id, this.signal);
    return id;
  }

  /** The same; resolves when its script has come to its first `echo ready`. */
  async ready(sandboxId: string, script: string): Promise<string> {
    const id = await this.start(sandboxId, script);
    const status = await this.runtime.containerStatus(id, this.signal);
    for await (const batch of this.logs.read(status, { follow: true }, this.signal))
      if (batch.some(({ text }) => Buffer.from(text).toString() === "ready")) return id;
    assert.fail(`container ${id} has ended before it was ready`);
  }

  /** Its status once it has ended. */
  async ended(id: string): Promise<ContainerStatus> {
    let status = await this.runtime.containerStatus(id, this.signal);
    const hasEnded = async (): Promise<boolean> => {
      status = await this.runtime.containerStatus(id, this.signal);
      return status.state === "CONTAINER_EXITED";
    };
    const held = await awaitRuntime(this.env, this.runtime, hasEnded, 20);
    assert.equal(held, true, `container ${id} has not ended`);
    return status;
  }
}

const security = {
  namespaces: { network: "POD", pid: "CONTAINER", ipc: "POD" },
  privileged: false,
  readonlyRootfs: false,
  supplementalGroups: [],
  supplementalGroupsPolicy: "Merge",
} as const;

/** The sandbox of a plain pod. */
export function sandboxOf(uid: string): PodSandboxConfig {
  return {
    name: `pod-${uid}`,
    namespace: "default",
    uid,
    attempt: 0,
    hostname: `pod-${uid}`,
    logDirectory: `/var/log/pods/default_pod-${uid}_${uid}`,
    portMappings: [],
    labels: { [podUidLabel]: uid },
    annotations: { note: "kept" },
    runtimeHandler: "",
    cgroupParent: "",
    sysctls: {},
    security,
    overhead: noResources,
    resources: noResources,
  };
}

function containerOf(uid: string): Omit<ContainerConfig, "name" | "image" | "imageRef"> {
  return {
    attempt: 0,
    command: [],
    args: [],
    workingDir: "",
    env: [],
    mounts: [],
    labels: { [podUidLabel]: uid },
    annotations: { note: "kept" },
    logPath: "c/0.log",
    stdin: false,
    stdinOnce: false,
    tty: false,
    resources: noResources,
    security: {
      ...security,
      addCapabilities: [],
      dropCapabilities: [],
      noNewPrivs: false,
      maskedPaths: [],
      readonlyPaths: [],
    },
  };
}
