/** Which of several classes is the default: marked by an annotation, the newest first, then by name. */
import type { KubeObject } from "#api";

/** The class that counts as default, or undefined when none is marked. */
export function newestDefault<T extends KubeObject>(
  classes: Iterable<T>,
  annotations: readonly string[],
): T | undefined {
  let best: T | undefined;
  for (const one of classes) {
    if (!annotations.some((name) => one.metadata.annotations?.[name] === "true")) continue;
    if (best === undefined || isBefore(one, best)) best = one;
  }
  return best;
}

function isBefore(a: KubeObject, b: KubeObject): boolean {
  const [newer = "", older = ""] = [a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? ""];
  return newer === older ? (a.metadata.name ?? "") < (b.metadata.name ?? "") : newer > older;
}
