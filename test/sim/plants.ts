/**
 * Ten bugs of the kinds that distributed programs have, one line each. The simulation has to find every one of them
 * within its seeds; a text that no longer occurs in its file is a failure too, so that the table cannot rot.
 */

export interface Plant {
  readonly name: string;
  /** Relative to the repository. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export const plants: readonly Plant[] = [
  {
    name: "answer before durable",
    file: "src/store/exclusive-writer.ts",
    find: "await this.#published.settled(revision);",
    replace: "",
  },
  {
    name: "409 from a pending write that then fails",
    file: "src/apiserver/registry/registry.ts",
    find: "await seen.settled();\n        throw error;",
    replace: "throw error;",
  },
  {
    name: "watch gap on resume",
    file: "src/apiserver/registry/watch.ts",
    find: "{ ...asked, after: revision, initial: undefined }",
    replace: "{ ...asked, after: registry.store.revision, initial: undefined }",
  },
  {
    name: "informer skips a delete",
    file: "src/client/shared-informer.ts",
    find: "if (!listed.has(key)) this.#drop(key, undefined, changes);",
    replace: "listed.has(key);",
  },
  {
    name: "ReplicaSet acts on a stale cache",
    file: "src/controllers/controller-manager.ts",
    find: "await writes.seen(signal)",
    replace: "await Promise.resolve()",
  },
  {
    name: "assume without forget",
    file: "src/scheduler/scheduler.ts",
    find: "this.#cache.forget(pod.uid);",
    replace: "",
  },
  {
    name: "stale endpoint",
    file: "src/controllers/network/service-pods.ts",
    find: "isReady(pod),",
    replace: "",
  },
  {
    name: "two pods for one slot",
    file: "src/kubelet/pod/plan.ts",
    find: 'if (status.state === "CONTAINER_RUNNING") return scope.keepRunning(container, status);',
    replace:
      'if (status.state === "CONTAINER_RUNNING" && scope.pod.status.phase !== "Pending") return scope.keepRunning(container, status);',
  },
  {
    name: "finalizer dropped",
    file: "src/apiserver/registry/delete.ts",
    find: "(draft.metadata.finalizers ?? []).length > 0 || behaviour",
    replace: "behaviour",
  },
  {
    name: "lease kept by a deposed leader",
    file: "src/client/leader-election.ts",
    find: "this.#leadUntilMs = sentMs + this.#options.renewDeadlineMs;",
    replace: "this.#leadUntilMs = Number.POSITIVE_INFINITY;",
  },
];
