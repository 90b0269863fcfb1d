/** Binding, which assigns a pod to a node; it is only sent, and the API server acts on it. */
import type { Resource } from "../../resource.ts";
import { Binding } from "../../types/core/mod.ts";
import { define } from "../define.ts";

export const bindings: Resource<Binding> = define({
  type: Binding,
  plural: "bindings",
  namespaced: true,
  storage: false,
  columns: [],
});
