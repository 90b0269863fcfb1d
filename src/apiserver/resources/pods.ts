/** Pods: binding to a node, eviction within disruption budgets, and the subresources that nodes serve. */
import type { Behaviour } from "./behaviour.ts";
import { bindPod } from "./pod-binding.ts";
import { evictPod } from "./pod-eviction.ts";
import { podAttach, podExec, podLog, podPortForward } from "./pod-streams.ts";
import { podProxy } from "./proxies.ts";

export const pods: Behaviour = {
  returnsDeleted: true,
  actions: {
    binding: { create: bindPod },
    eviction: { create: evictPod },
    log: { get: podLog },
    attach: { create: podAttach, get: podAttach },
    exec: { create: podExec, get: podExec },
    portforward: { create: podPortForward, get: podPortForward },
  },
  connects: { proxy: podProxy },
};
