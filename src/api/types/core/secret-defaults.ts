/** Defaults of secrets, and `stringData`: a way to write `data` as text, whose entries win. */
import type { Secret } from "./secret.ts";

export function defaultSecret(secret: Secret): void {
  secret.type ||= "Opaque";
  for (const [key, value] of Object.entries(secret.stringData ?? {})) {
    secret.data = { ...secret.data, [key]: Buffer.from(value).toString("base64") };
  }
  delete secret.stringData;
}
