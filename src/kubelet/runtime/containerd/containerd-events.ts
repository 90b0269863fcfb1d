/** containerd's own event stream, as hints that its CRI lists changed (`cri/container-watch.ts`). */
import { method, message, type RpcClient } from "#base/rpc";

const subscribe = method(
  "containerd.services.events.v1.Events/Subscribe",
  message({ filters: [1, "text", "many"] }),
  message({ topic: [3, "text"] }),
);

/** Lives of containers in CRI's namespace. */
const lives = `namespace==k8s.io,topic~="^/(tasks/(start|exit|delete|oom)|containers/(create|delete))$"`;

/** The topics of changes; ends or throws when containerd does. */
export async function* lifeEvents(rpc: RpcClient, signal: AbortSignal): AsyncGenerator<string> {
  for await (const { topic } of rpc.stream(subscribe, { filters: [lives] }, signal)) yield topic;
}
