/** POST to `bindings` is the older way to a pod's `binding`. */
import type { Behaviour } from "./behaviour.ts";
import { bindPod } from "./pod-binding.ts";

export const bindings: Behaviour = { actions: { "": { create: bindPod } } };
