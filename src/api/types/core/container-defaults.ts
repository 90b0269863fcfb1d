/** Defaults of containers, of all three sorts. */
import type { Container, EphemeralContainer } from "./container.ts";

// A hook takes exactly its own type: the compiler could not follow a table that waits for a union with
// itself.

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

const COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const DOMAIN_PART = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const DOMAIN = `${DOMAIN_PART}(?:\\.${DOMAIN_PART})*(?::[0-9]+)?`;
const TAG = "\\w[\\w.-]{0,127}";
const DIGEST = "[A-Za-z][A-Za-z0-9]*:[0-9a-fA-F]{32,}";
/** `registry.example.com:5000/team/app:v1@sha256:...`; groups: tag, digest. */
const REFERENCE = new RegExp(
  `^(?:${DOMAIN}/)?${COMPONENT}(?:/${COMPONENT})*(?::(${TAG}))?(?:@(${DIGEST}))?$`,
);

/**
 * `Always` for what can change under its name: no tag, or `latest`. What is no reference at all cannot
 * change.
 */
export function pullPolicyOf(image: string): "Always" | "IfNotPresent" {
  const match = REFERENCE.exec(image);
  if (match === null) return "IfNotPresent";
  const [, tag, digest] = match;
  return tag === "latest" || (tag === undefined && digest === undefined) ? "Always" : "IfNotPresent";
}
