/**
 * One pod's worker: looks at the runtime, plans, acts, publishes the status, and again until there is
 * nothing to do. Then it holds no task and at most one timer, until the pod's object, its containers or its
 * probes change.
 *
 *   running --(deleted, gone, past its deadline, finished)--> ending --(all stopped, volumes gone)--> ended
 *
 * Steps of one pod never overlap. A step that is under way is broken off when the pod must end (or end
 * sooner).
 */
import { type Pod, same } from "#api";
import { type Env, messageOf } from "#base";
import { StepLoop } from "../step-loop.ts";
import type { Verdict } from "../status/pod-status.ts";
import { PodProbes } from "../probe/pod-probes.ts";
import { podText } from "./containers.ts";
import { deadlineMs, endingGrace } from "./grace.ts";
import { heldUntilMs } from "./interactive.ts";
import { type PodObservation, PodObserver } from "./observation.ts";
import { planPod, type PodPlan } from "./plan.ts";
import { PlanExecutor } from "./plan-executor.ts";
import { deletePod } from "./pod-deletion.ts";
import { PodReport, type PodReportOptions } from "./pod-report.ts";
import { PodResources } from "./resize.ts";
import { StartMemory } from "./start-memory.ts";
import type { PodWorkerDeps } from "./worker-deps.ts";

const deadlineVerdict: Verdict = {
  reason: "DeadlineExceeded",
  message: "Pod was active on the node longer than the specified deadline",
};

/** One per pod; `poke` is its only way to move. */
export class PodWorker {
  readonly #env: Env;
  readonly #deps: PodWorkerDeps;
  readonly #options: PodReportOptions;
  readonly #loop: StepLoop;
  readonly #observer: PodObserver;
  readonly #probes: PodProbes;
  readonly #starts: StartMemory;
  readonly #resources: PodResources;
  readonly #executor: PlanExecutor;
  readonly #report: PodReport;
  #pod: Pod;
  #verdict: Verdict | undefined;
  /** Of an evicted pod, instead of its own. */
  #evictionGrace: number | undefined;
  /** What was seen when its end began, until nothing runs any more. */
  #ending: PodObservation | undefined;
  /** Its containers are the next to come. */
  #sandboxIsNew = false;
  #gone = false;
  #complete = false;
  #ended = false;
  #whenOver: PromiseWithResolvers<void> | undefined;

  constructor(env: Env, deps: PodWorkerDeps, options: PodReportOptions, pod: Pod) {
    this.#env = env;
    this.#deps = deps;
    this.#options = options;
    this.#pod = pod;
    this.#verdict = options.refusal;
    this.#loop = new StepLoop(
      env,
      {
        step: (signal) => this.#advance(signal),
        failed: (error, waitMs) => this.#failed(error, waitMs),
        rested: () => this.#rested(),
        woken: () => {
          if (this.#pastDeadline()) this.#loop.interrupt();
        },
      },
      `pod ${pod.metadata.namespace}/${pod.metadata.name}`,
    );
    this.#observer = new PodObserver(deps.runtime, pod.metadata.uid ?? "");
    const { prober, events, steps, volumes, probeCounts: counts } = deps;
    this.#starts = new StartMemory(env.clock);
    this.#resources = new PodResources(events, pod);
    this.#executor = new PlanExecutor(env, {
      steps,
      volumes,
      events,
      starts: this.#starts,
      resources: this.#resources,
      pod: () => this.#pod,
      look: (signal) => this.#look(signal),
    });
    const probes = {
      prober,
      events,
      pod: () => this.#pod,
      changed: () => this.#answered(),
      ...(counts === undefined ? {} : { counts }),
    };
    this.#probes = new PodProbes(env, probes);
    const shown = { starts: this.#starts, resources: this.#resources, probes: this.#probes };
    this.#report = new PodReport(env, { ...shown, status: deps.status, events }, options);
  }

  get pod(): Pod {
    return this.#pod;
  }

  /** The pod with the resources that this node has granted it. */
  get granted(): Pod {
    return this.#resources.granted(this.#pod);
  }

  /** Room was made: a resize that waits for some asks again. */
  roomMade(): void {
    if (this.#resources.deferred) this.poke();
  }

  /** Nothing of it runs any more, and nothing will: it takes none of the node. */
  get over(): boolean {
    return this.#ended || this.#options.refusal !== undefined;
  }

  /** Resolves when it is over, or let go of. */
  async untilOver(signal: AbortSignal): Promise<void> {
    if (this.over || signal.aborted) return;
    this.#whenOver ??= Promise.withResolvers<void>();
    const { promise, resolve } = this.#whenOver;
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
  }

  /** A newer object of the pod. What only this node's own writes changed is no news. */
  update(pod: Pod): void {
    const before = this.#pod.metadata;
    const now = pod.metadata;
    const changed = before.generation !== now.generation || !same(this.#pod.spec, pod.spec);
    this.#pod = pod;
    const foreign = this.#deps.status.seen(pod);
    const sooner =
      before.deletionTimestamp !== now.deletionTimestamp ||
      before.deletionGracePeriodSeconds !== now.deletionGracePeriodSeconds;
    if (sooner) this.#loop.interrupt();
    if (changed) this.#starts.release();
    if (sooner || changed || foreign) this.poke();
  }

  /** It ends, and fails with that reason. */
  evict(verdict: Verdict, graceSeconds: number): void {
    if (this.#verdict !== undefined || this.#ended) return;
    this.#verdict = verdict;
    this.#evictionGrace = graceSeconds;
    this.#loop.interrupt();
    this.poke();
  }

  /** The object is gone from the API. */
  gone(): void {
    if (!this.#gone) this.#loop.interrupt();
    this.#gone = true;
    this.poke();
  }

  /** Something may have changed: look again. */
  poke(): void {
    this.#loop.poke();
  }

  /** Lets go of the pod; its containers run on. */
  async stop(): Promise<void> {
    this.#probes.stop();
    this.#whenOver?.resolve();
    await this.#loop[Symbol.asyncDispose]();
  }

  /** A probe's result is another: it shows at once where the step under way takes as long as the pod's end. */
  #answered(): void {
    if (this.#ending !== undefined) this.#publish(this.#ending, false);
    this.poke();
  }

  #failed(error: unknown, waitMs: number): void {
    this.#env.log.warn("A step of a pod failed", {
      pod: podText(this.#pod),
      error: messageOf(error),
      waitMs,
    });
  }

  #rested(): void {
    if (this.#gone && this.#ended) this.#deps.finished();
  }

  /** One look and what follows from it. */
  async #advance(signal: AbortSignal): Promise<void> {
    const observed = await this.#observer.observe(signal);
    if (this.#verdict === undefined && !this.#complete && this.#pastDeadline()) {
      this.#verdict = deadlineVerdict;
      this.#deps.events.record(this.#pod, "Normal", deadlineVerdict.reason, deadlineVerdict.message);
    }
    const graceSeconds = endingGrace(this.#pod, {
      gone: this.#gone,
      over: this.#verdict !== undefined || this.#complete,
      evictionGrace: this.#evictionGrace,
    });
    const hostIP = this.#options.hostIPs[0] ?? "";
    this.#probes.sync(this.#pod, observed, { ending: graceSeconds !== undefined, hostIP });
    if (graceSeconds !== undefined) await this.#end(observed, graceSeconds, signal);
    else await this.#run(observed, signal);
  }

  async #run(observed: PodObservation, signal: AbortSignal): Promise<void> {
    const now = this.#env.clock.now();
    this.#resources.settle(this.#pod, this.#deps.refusal);
    const plan = this.#plan(observed, now);
    if (plan.finished) {
      this.#complete = true;
      this.poke();
      return;
    }
    this.#report.waits(this.#pod, plan.waiting);
    this.#publish(observed, false, this.#sandboxIsNew && plan.actions.length > 0 ? "soon" : "now");
    const times = [this.#deadline() ?? now, heldUntilMs(this.#pod, observed, now)];
    const waits = [...plan.waiting.map((one) => one.leftMs), ...times.map((time) => time - now)];
    const next = Math.min(...waits.filter((ms) => ms > 0));
    if (Number.isFinite(next)) this.#loop.wakeIn(next);
    const how = plan.actions.length === 0 ? "exactly" : "atLeast";
    await this.#deps.cgroups.ensure(this.granted, how, signal);
    if (plan.actions.length === 0) return;
    this.#sandboxIsNew = false;
    await this.#executor.execute(plan.actions, observed, signal);
    this.#sandboxIsNew = plan.actions.at(-1)?.kind === "create-sandbox";
    this.poke();
  }

  /** What the runtime has now, between two actions. */
  async #look(signal: AbortSignal): Promise<PodObservation> {
    const observed = await this.#observer.observe(signal);
    this.#probes.sync(this.#pod, observed, { ending: false, hostIP: this.#options.hostIPs[0] ?? "" });
    this.#publish(observed, false, "soon");
    return observed;
  }

  #plan(observed: PodObservation, now: number): PodPlan {
    const { backOff } = this.#starts;
    const more = { probes: this.#probes, holds: this.#starts, resources: this.#resources };
    return planPod({ pod: this.granted, observed, backOff, ...more, now });
  }

  /** Ends what runs, then the pod's place on the node, then its object. */
  async #end(observed: PodObservation, graceSeconds: number, signal: AbortSignal): Promise<void> {
    const { steps, volumes, cgroups, status } = this.#deps;
    const { uid = "" } = this.#pod.metadata;
    let last = observed;
    if (!this.#ended) {
      const alive =
        observed.sandboxes.some((one) => one.state === "SANDBOX_READY") ||
        observed.containers.some((one) => one.state !== "CONTAINER_EXITED");
      if (alive) {
        this.#publish(observed, false);
        this.#ending = observed;
        try {
          await steps.stopPod(this.#pod, observed, graceSeconds, signal);
        } finally {
          this.#ending = undefined;
        }
        last = await this.#observer.observe(signal);
      }
      this.#probes.stop();
      await volumes.tearDown(uid, signal);
      await cgroups.remove(uid, signal);
      this.#ended = true;
      this.#whenOver?.resolve();
    }
    this.#publish(last, true);
    if (this.#gone) {
      await steps.removePod(this.#pod, last, signal);
    } else if (this.#pod.metadata.deletionTimestamp !== undefined) {
      await status.flushed(uid, signal);
      await steps.removePod(this.#pod, last, signal);
      await deletePod(this.#deps.pods, this.#pod, signal);
    }
  }

  #publish(observed: PodObservation, terminal: boolean, when: "now" | "soon" = "now"): void {
    const held = !terminal && heldUntilMs(this.#pod, observed, this.#env.clock.now()) > 0;
    const state = { observed, verdict: this.#verdict, terminal, when };
    if (!this.#gone && !held) this.#report.publish(this.#pod, state);
  }

  #deadline(): number | undefined {
    return deadlineMs(this.#pod, this.#deps.status.current(this.#pod).startTime);
  }

  #pastDeadline(): boolean {
    const deadline = this.#deadline();
    return deadline !== undefined && deadline <= this.#env.clock.now();
  }
}
