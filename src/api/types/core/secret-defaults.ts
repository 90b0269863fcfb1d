/** Defaults of secrets. */
import type { Secret } from "./secret.ts";

export function defaultSecret(secret: Secret): void {
  secret.type ||= "Opaque";
}
