/** containerd's own event stream, as hints that its CRI lists changed (`cri/container-watch.ts`). */
import { decode, method, message, type RpcClient } from "#base/rpc";
import type { Hint } from "../cri/relist-times.ts";

const any = message({ value: [2, "bytes"] });
const subscribe = method(
  "containerd.services.events.v1.Events/Subscribe",
  message({ filters: [1, "text", "many"] }),
  message({ topic: [3, "text"], event: [4, any] }),
);
const exit = message({ containerId: [1, "text"], id: [2, "text"] });

/** Lives of containers in CRI's namespace. */
const lives = `namespace==k8s.io,topic~="^/(tasks/(start|exit|delete|oom)|containers/(create|delete))$"`;

/** Changes of containers; ends or throws when containerd does. */
export async function* lifeEvents(rpc: RpcClient, signal: AbortSignal): AsyncGenerator<Hint> {
  for await (const { topic, event } of rpc.stream(subscribe, { filters: [lives] }, signal)) {
    const hint = hintOf(topic, event?.value ?? new Uint8Array());
    if (hint !== undefined) yield hint;
  }
}

/** Undefined when a program ended that was run in a container, as probes are: it has an id of its own. */
export function hintOf(topic: string, event: Uint8Array): Hint | undefined {
  if (topic === "/tasks/delete" || topic === "/tasks/oom") return "ended";
  if (topic !== "/tasks/exit") return "changed";
  const { containerId, id } = decode(exit, event);
  return id === containerId ? "ended" : undefined;
}
