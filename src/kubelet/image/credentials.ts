/**
 * Registry credentials out of pull secrets (`.dockerconfigjson`, `.dockercfg`). An entry fits an image when
 * its host does (`*.example.com` fits one label) and its path is a prefix; longer entries go first.
 */
import type { Secret } from "#api";
import type { ImageAuth } from "../runtime/runtime.ts";
import type { ImageReference } from "./reference.ts";

interface Entry {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

/** A credential, and the secret that it is of. */
export interface FoundCredential {
  readonly auth: ImageAuth;
  readonly secret: Secret;
}

/** Credentials to try for an image, best first. Secrets that cannot be read are passed over. */
export function credentialsFor(
  image: ImageReference,
  secrets: readonly Secret[],
): readonly FoundCredential[] {
  const fitting: { key: string; entry: Entry; secret: Secret }[] = [];
  for (const secret of secrets) {
    for (const [key, entry] of Object.entries(entriesOf(secret)))
      if (fits(key, image)) fitting.push({ key, entry, secret });
  }
  return fitting
    .sort((a, b) => (a.key < b.key ? 1 : -1))
    .map(({ entry, secret }) => ({ auth: authOf(entry), secret }));
}

function entriesOf(secret: Secret): Readonly<Record<string, Entry>> {
  const whole = parsed(secret.data?.[".dockerconfigjson"]) as { auths?: Record<string, Entry> } | undefined;
  return whole?.auths ?? (parsed(secret.data?.[".dockercfg"]) as Record<string, Entry> | undefined) ?? {};
}

function parsed(base64: string | undefined): object | undefined {
  if (base64 === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(base64, "base64").toString("utf8"));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    // Not JSON: a secret of another form has no credentials.
    return undefined;
  }
}

function fits(key: string, image: ImageReference): boolean {
  const bare = key.replace(/^https?:\/\//, "").replace(/\/(v1|v2)?\/?$/, "");
  const slash = bare.indexOf("/");
  const host = slash === -1 ? bare : bare.slice(0, slash);
  const path = slash === -1 ? "" : bare.slice(slash + 1);
  const registry = host === "index.docker.io" || host === "registry-1.docker.io" ? "docker.io" : host;
  return (
    sameHost(registry, image.registry) &&
    (path === "" || image.repository === path || image.repository.startsWith(`${path}/`))
  );
}

function sameHost(pattern: string, host: string): boolean {
  const left = pattern.split(".");
  const right = host.split(".");
  return (
    left.length === right.length && left.every((label, index) => label === "*" || label === right[index])
  );
}

/** Without the server: the runtime would give them to no other name of it, such as one with a port or a scheme. */
function authOf(entry: Entry): ImageAuth {
  const pair = entry.auth === undefined ? "" : Buffer.from(entry.auth, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  return {
    username: entry.username ?? (colon === -1 ? "" : pair.slice(0, colon)),
    password: entry.password ?? (colon === -1 ? "" : pair.slice(colon + 1)),
    ...(entry.identitytoken === undefined ? {} : { identityToken: entry.identitytoken }),
    ...(entry.registrytoken === undefined ? {} : { registryToken: entry.registrytoken }),
  };
}
