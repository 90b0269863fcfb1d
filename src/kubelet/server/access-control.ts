/**
 * May this caller do that to this node? Answered by the API server (TokenReview, SubjectAccessReview), as upstream's
 * webhook modes do, and remembered for as long as there.
 */
import type { Env } from "#base";
import type { Client } from "#client";
import { allowedKeptMs, deniedKeptMs, maxDecisionsKept, tokenKeptMs } from "./limits.ts";
import type { Caller } from "./caller.ts";
import { Refusal } from "./refusal.ts";

/** Who it is. */
interface User {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
}

/** Rejects what is not allowed; `trusted` callers were judged before. */
export class AccessControl {
  readonly #env: Env;
  readonly #client: Client;
  readonly #nodeName: string;
  readonly #users: Memory<User | undefined>;
  readonly #decisions: Memory<boolean>;

  constructor(env: Env, deps: { readonly client: Client }, options: { readonly nodeName: string }) {
    this.#env = env;
    this.#client = deps.client;
    this.#nodeName = options.nodeName;
    this.#users = new Memory(env);
    this.#decisions = new Memory(env);
  }

  /** Throws a `Refusal` of 401 or 403. */
  async check(caller: Caller, method: string, path: string, signal: AbortSignal): Promise<void> {
    if (caller.type === "trusted") return;
    const user = await this.#userOf(caller, signal);
    if (user === undefined) throw new Refusal(401, "Unauthorized");
    const verb = verbs[method] ?? "";
    const names = subresourcesOf(path);
    for (const subresource of names) if (await this.#mayI(user, verb, subresource, signal)) return;
    const what = `verb=${verb}, resource=nodes, subresource(s)=[${names.join(" ")}]`;
    throw new Refusal(403, `Forbidden (user=${user.name}, ${what})`);
  }

  async #userOf(caller: Caller, signal: AbortSignal): Promise<User | undefined> {
    if (caller.type === "certificate") {
      const { commonName: name, organizations, uid = "" } = caller.subject;
      return { name, uid, groups: [...organizations, "system:authenticated"] };
    }
    if (caller.type !== "token") return undefined;
    const hash = Buffer.from(this.#env.crypto.sha256(caller.token)).toString("base64");
    return this.#users.get(hash, async () => {
      const spec = { token: caller.token };
      const { status } = await this.#review<TokenStatus>("authentication", "TokenReview", spec, signal);
      const user = status?.authenticated === true ? status.user : undefined;
      const found =
        user === undefined
          ? undefined
          : { name: user.username ?? "", uid: user.uid ?? "", groups: user.groups ?? [] };
      return { value: found, keptMs: found === undefined ? deniedKeptMs : tokenKeptMs };
    });
  }

  #mayI(user: User, verb: string, subresource: string, signal: AbortSignal): Promise<boolean> {
    return this.#decisions.get(JSON.stringify([user, verb, subresource]), async () => {
      const spec = {
        user: user.name,
        uid: user.uid,
        groups: user.groups,
        resourceAttributes: { verb, version: "v1", resource: "nodes", subresource, name: this.#nodeName },
      };
      const { status } = await this.#review<AccessStatus>(
        "authorization",
        "SubjectAccessReview",
        spec,
        signal,
      );
      const value = status?.allowed === true;
      return { value, keptMs: value ? allowedKeptMs : deniedKeptMs };
    });
  }

  /** Asks the API server for a verdict; throws a `Refusal` of 500 when it gives none. */
  async #review<Status>(
    group: string,
    kind: string,
    spec: unknown,
    signal: AbortSignal,
  ): Promise<{ readonly status?: Status }> {
    const apiVersion = `${group}.k8s.io/v1`;
    const path = `/apis/${apiVersion}/${kind.toLowerCase()}s`;
    const request = { method: "POST", path, body: { apiVersion, kind, spec } } as const;
    const { status, body } = await this.#client.raw.request(request, signal);
    if (status === 201) return body as { readonly status?: Status };
    throw new Refusal(500, `Cannot ask the API server who may do this: it answered ${status} to a ${kind}`);
  }
}

interface TokenStatus {
  readonly authenticated?: boolean;
  readonly user?: {
    readonly username?: string;
    readonly uid?: string;
    readonly groups?: readonly string[];
  };
}

interface AccessStatus {
  readonly allowed?: boolean;
}

const verbs: Readonly<Record<string, string>> = {
  POST: "create",
  GET: "get",
  HEAD: "get",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

/** Paths with a subresource of their own; any of them will do: upstream's fine-grained names first. */
const subresources: Readonly<Record<string, readonly string[]>> = {
  stats: ["stats"],
  metrics: ["metrics"],
  logs: ["log"],
  checkpoint: ["checkpoint"],
  pods: ["pods", "proxy"],
  runningpods: ["pods", "proxy"],
  healthz: ["healthz", "proxy"],
  configz: ["configz", "proxy"],
  statusz: ["statusz"],
  flagz: ["configz"],
};

function subresourcesOf(path: string): readonly string[] {
  const first = path.split("/")[1] ?? "";
  return (Object.hasOwn(subresources, first) ? subresources[first] : undefined) ?? ["proxy"];
}

interface Kept<T> {
  readonly value: T;
  readonly untilMs: number;
}

/** Answers kept for a while; the oldest makes room. */
class Memory<T> {
  readonly #env: Env;
  readonly #kept = new Map<string, Kept<T>>();

  constructor(env: Env) {
    this.#env = env;
  }

  async get(key: string, ask: () => Promise<{ readonly value: T; readonly keptMs: number }>): Promise<T> {
    const now = this.#env.clock.monotonic();
    const known = this.#kept.get(key);
    if (known !== undefined && known.untilMs > now) return known.value;
    const { value, keptMs } = await ask();
    this.#kept.delete(key);
    const oldest = this.#kept.size >= maxDecisionsKept ? this.#kept.keys().next().value : undefined;
    if (oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(key, { value, untilMs: now + keptMs });
    return value;
  }
}
