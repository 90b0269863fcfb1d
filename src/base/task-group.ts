/**
 * Background work with an owner. A group aborts its signal, then waits for its tasks and its subgroups; both
 * twins of `Env` use it, and it touches no clock.
 *
 *   root ── child of Env (failure goes up: nobody else holds it)
 *    └───── group()      (failure stays: its owner reads `failed`)
 *
 * Every failure is reported once, whoever listens.
 */
import type { TaskGroup } from "./env.ts";
import { assert } from "./errors.ts";

/** Hears of each task that failed: the task's path (`"cluster/scheduler/bind"`) and the error. */
export type TaskFailureReport = (task: string, error: unknown) => void;

export class OwnedTaskGroup implements TaskGroup {
  readonly failed: Promise<void>;
  readonly #path: string;
  readonly #report: TaskFailureReport;
  readonly #controller = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #subgroups = new Set<OwnedTaskGroup>();
  readonly #settle: PromiseWithResolvers<void>;
  #parent: OwnedTaskGroup | undefined;
  #failsWithParent = false;
  #abandoned = false;
  #disposed: Promise<void> | undefined;

  constructor(path: string, report: TaskFailureReport) {
    this.#path = path;
    this.#report = report;
    this.#settle = Promise.withResolvers<void>();
    this.failed = this.#settle.promise;
    this.failed.catch(() => {}); // Listening is the owner's choice; the failure is reported anyway.
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  spawn(name: string, run: (signal: AbortSignal) => Promise<void>): void {
    if (this.signal.aborted || this.#abandoned) return; // There is nobody left to work for.
    const task = this.#runTask(`${this.#path}/${name}`, run);
    this.#running.add(task);
    void task.then(() => this.#running.delete(task));
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
    if (this.#parent !== undefined) this.#parent.#subgroups.delete(this);
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
    if (this.signal.aborted) child.#abort();
    else this.#subgroups.add(child);
    return child;
  }

  async #runTask(path: string, run: (signal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await run(this.signal);
    } catch (error) {
      if (this.signal.aborted) return; // Whatever a task throws while it is stopped is how it stopped.
      this.#report(path, error);
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#settle.reject(error);
    this.#abort();
    if (this.#failsWithParent && this.#parent !== undefined) this.#parent.#fail(error);
  }

  #abort(): void {
    this.#controller.abort();
    for (const child of this.#subgroups) child.#abort();
  }

  async #dispose(): Promise<void> {
    this.#abort();
    await Promise.all([...this.#subgroups].map((child) => child[Symbol.asyncDispose]()));
    while (this.#running.size > 0) await Promise.all(this.#running);
    assert(this.#running.size === 0, "A disposed task group has no running task");
    if (this.#parent !== undefined) this.#parent.#subgroups.delete(this);
    this.#settle.resolve();
  }
}
