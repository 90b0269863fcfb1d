/**
 * Background work with an owner. A group aborts its signal, then waits for its tasks and its subgroups; both
 * twins of `Env` use it, and it touches no clock.
 *
 *   root ── child of Env (failure goes up: nobody else holds it)
 *    └───── group()      (failure stays: its owner reads `failed`)
 *
 * Every failure is reported once, whoever listens. A virtual node has a dozen groups: what nobody asks of one is not made.
 */
import type { TaskGroup } from "./env.ts";

/** Hears of each task that failed: the task's path (`"cluster/scheduler/bind"`) and the error. */
export type TaskFailureReport = (task: string, error: unknown) => void;

export class OwnedTaskGroup implements TaskGroup {
  readonly #path: string;
  readonly #report: TaskFailureReport;
  #running: Set<Promise<void>> | undefined;
  #subgroups: Set<OwnedTaskGroup> | undefined;
  #controller: AbortController | undefined;
  #aborted = false;
  #failed: PromiseWithResolvers<void> | undefined;
  /** How it ended: with the first failure, or by dispose. */
  #end: { readonly failure?: unknown } | undefined;
  #parent: OwnedTaskGroup | undefined;
  #failsWithParent = false;
  #abandoned = false;
  #disposed: Promise<void> | undefined;

  constructor(path: string, report: TaskFailureReport) {
    this.#path = path;
    this.#report = report;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted) this.#controller.abort();
    return this.#controller.signal;
  }

  get failed(): Promise<void> {
    if (this.#failed === undefined) {
      this.#failed = Promise.withResolvers<void>();
      this.#failed.promise.catch(() => {}); // Listening is the owner's choice; the failure is reported anyway.
      if (this.#end !== undefined) this.#settle(this.#end);
    }
    return this.#failed.promise;
  }

  spawn(name: string, run: (signal: AbortSignal) => Promise<void>): void {
    if (this.#aborted || this.#abandoned) return; // There is nobody left to work for.
    const task = this.#runTask(`${this.#path}/${name}`, run);
    const running = (this.#running ??= new Set());
    running.add(task);
    void task.then(() => running.delete(task));
  }

  group(name: string): OwnedTaskGroup {
    return this.#subgroup(name, false);
  }

  /** A subgroup without an owner of its own: its failure is this group's failure. */
  linked(name: string): OwnedTaskGroup {
    return this.#subgroup(name, true);
  }

  /** Leaves the parent without a word to the tasks, and starts no more: what a simulated crash does. */
  abandon(): void {
    this.#abandoned = true;
    if (this.#parent !== undefined) this.#parent.#subgroups?.delete(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  #subgroup(name: string, failsWithParent: boolean): OwnedTaskGroup {
    const child = new OwnedTaskGroup(`${this.#path}/${name}`, this.#report);
    child.#parent = this;
    child.#failsWithParent = failsWithParent;
    child.#abandoned = this.#abandoned;
    if (this.#aborted) child.#abort();
    else (this.#subgroups ??= new Set()).add(child);
    return child;
  }

  async #runTask(path: string, run: (signal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await run(this.signal);
    } catch (error) {
      if (this.#aborted) return; // Whatever a task throws while it is stopped is how it stopped.
      this.#report(path, error);
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#settle({ failure: error });
    this.#abort();
    if (this.#failsWithParent && this.#parent !== undefined) this.#parent.#fail(error);
  }

  /** The first end is the one that is told. */
  #settle(end: { readonly failure?: unknown }): void {
    this.#end ??= end;
    if ("failure" in this.#end) this.#failed?.reject(this.#end.failure);
    else this.#failed?.resolve();
  }

  #abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
    for (const child of this.#subgroups ?? []) child.#abort();
  }

  async #dispose(): Promise<void> {
    this.#abort();
    await Promise.all([...(this.#subgroups ?? [])].map((child) => child[Symbol.asyncDispose]()));
    const running = this.#running;
    while (running !== undefined && running.size > 0) await Promise.all(running);
    if (this.#parent !== undefined) this.#parent.#subgroups?.delete(this);
    this.#settle({});
  }
}
