/** Defaults of references into the pod's own fields. */
import type { ObjectFieldSelector } from "./reference.ts";

export function defaultFieldSelector(selector: ObjectFieldSelector): void {
  selector.apiVersion ||= "v1";
}
