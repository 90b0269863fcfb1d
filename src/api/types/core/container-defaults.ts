/** Defaults of containers, of all three sorts. */
import type { Container, EphemeralContainer } from "./container.ts";

// A hook takes exactly its own type: the compiler could not follow a table that waits for a union with itself.

export function defaultContainer(container: Container): void {
  fill(container);
}

export function defaultEphemeralContainer(container: EphemeralContainer): void {
  fill(container);
}

function fill(container: Container | EphemeralContainer): void {
  container.imagePullPolicy ||= pullPolicyOf(container.image ?? "");
  container.terminationMessagePath ||= "/dev/termination-log";
  container.terminationMessagePolicy ||= "File";
}

/** `Always` for what can change under its name: no tag, or `latest`. */
export function pullPolicyOf(image: string): "Always" | "IfNotPresent" {
  const name = image.slice(image.lastIndexOf("/") + 1);
  if (name.includes("@")) return "IfNotPresent";
  const colon = name.indexOf(":");
  return colon < 0 || name.slice(colon + 1) === "latest" ? "Always" : "IfNotPresent";
}
