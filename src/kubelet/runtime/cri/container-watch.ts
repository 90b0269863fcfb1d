/**
 * Container events by comparing lists. CRI's own stream of events is off by default upstream, and many
 * runtimes have none; lists they all have. A runtime may give hints that something changed: then events come
 * within milliseconds, and the lists are hardly read at rest.
 */
import type { Env } from "#base";
import type { ContainerEvent, ContainerState, RuntimeService, SandboxState, StringMap } from "../runtime.ts";
import { Bell } from "../../bell.ts";
import { relistMs } from "./limits.ts";
import { type Hint, RelistTimes } from "./relist-times.ts";

/** Yields whenever something changed; ends or throws when it cannot tell any more. */
export type ChangeHints = (signal: AbortSignal) => AsyncIterable<Hint>;

/** What the lists say of one sandbox or container. */
interface Entry {
  readonly sandboxId: string;
  /** Empty for the sandbox itself. */
  readonly containerId: string;
  readonly labels: StringMap;
  readonly state: ContainerState | SandboxState;
}

type Entries = ReadonlyMap<string, Entry>;

/** Events from now on; see `RuntimeService.containerEvents`. */
export async function* watchContainers(
  env: Env,
  deps: {
    readonly runtime: Pick<RuntimeService, "listPodSandbox" | "listContainers">;
    readonly hints: ChangeHints | undefined;
  },
  open: () => void,
  signal: AbortSignal,
): AsyncGenerator<ContainerEvent> {
  const ending = new AbortController();
  const either = AbortSignal.any([signal, ending.signal]);
  const { clock } = env;
  const times = new RelistTimes();
  // What ends before the runtime knows its listener is told to nobody.
  times.hint("ended", clock.monotonic());
  const bell = new Bell(env);
  const heard = (hint: Hint): void => {
    times.hint(hint, clock.monotonic());
    bell.ring();
  };
  const hints = deps.hints === undefined ? undefined : listen(deps.hints, heard, bell, either);
  const quietMs = hints === undefined ? relistMs.blind : relistMs.hinted;
  try {
    let known = await look(deps.runtime, signal);
    open();
    for (;;) {
      // A hint may bring the next look forward.
      while (await bell.wait(times.delay(clock.monotonic(), quietMs), either));
      if (signal.aborted) return;
      times.look(clock.monotonic());
      const now = await look(deps.runtime, signal);
      for (const [type, entry] of changes(known, now)) {
        const { sandboxId, containerId, labels } = entry;
        yield { type, sandboxId, containerId, labels, atMs: clock.now() };
      }
      known = now;
    }
  } finally {
    ending.abort();
    await hints;
  }
}

/** Hands each hint on; their end is a failure. */
async function listen(
  hints: ChangeHints,
  heard: (hint: Hint) => void,
  bell: Bell,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const hint of hints(signal)) heard(hint);
    bell.fail(new Error("The runtime's hints ended"));
  } catch (error) {
    bell.fail(error);
  }
}

async function look(
  runtime: Pick<RuntimeService, "listPodSandbox" | "listContainers">,
  signal: AbortSignal,
): Promise<Entries> {
  // Containers first: the sandbox of each is then listed too.
  const containers = await runtime.listContainers({}, signal);
  const sandboxes = await runtime.listPodSandbox({}, signal);
  const entries = new Map<string, Entry>();
  for (const { id, labels, state } of sandboxes)
    entries.set(id, { sandboxId: id, containerId: "", labels, state });
  for (const { id, podSandboxId, labels, state } of containers)
    entries.set(id, { sandboxId: podSandboxId, containerId: id, labels, state });
  return entries;
}

const order = ["CREATED", "STARTED", "STOPPED"] as const;

/** How far a life has come: the events that it has had. */
const lived: Readonly<Record<Entry["state"], number>> = {
  CONTAINER_CREATED: 1,
  CONTAINER_RUNNING: 2,
  CONTAINER_EXITED: 3,
  CONTAINER_UNKNOWN: 3,
  SANDBOX_READY: 2,
  SANDBOX_NOTREADY: 3,
};

/** What happened between two looks, each life in its order. */
export function changes(
  before: Entries,
  now: Entries,
): readonly (readonly [type: ContainerEvent["type"], entry: Entry])[] {
  const result: (readonly [ContainerEvent["type"], Entry])[] = [];
  for (const [id, entry] of now) {
    const old = before.get(id);
    // A sandbox is not seen before it runs.
    const from = old === undefined ? (entry.containerId === "" ? 1 : 0) : lived[old.state];
    for (const type of order.slice(from, lived[entry.state])) result.push([type, entry]);
  }
  for (const [id, entry] of before) if (!now.has(id)) result.push(["DELETED", entry]);
  return result;
}
