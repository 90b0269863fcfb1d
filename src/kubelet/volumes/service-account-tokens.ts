/**
 * Tokens for pods, bound to them, by TokenRequest. A token is kept until four fifths of its life or a day are
 * over, whichever is first, as upstream does; then the next asker gets a new one. So he does when the clock was set back:
 * to the server of the same machine, a token of later is not good yet.
 */
import type { core, Pod, ServiceAccount } from "#api";
import type { Env } from "#base";
import type { ResourceClient } from "#client";
import { maxTokenAgeMs } from "../limits.ts";

interface Kept {
  readonly token: string;
  readonly askedAtMs: number;
  readonly renewAtMs: number;
  readonly expiresAtMs: number;
}

/** When it is. */
type Now = { readonly clock: Pick<Env["clock"], "now"> };

export class ServiceAccountTokens {
  readonly #env: Now;
  readonly #accounts: Pick<ResourceClient<ServiceAccount>, "post">;
  /** By pod, then by what was asked for. */
  readonly #kept = new Map<string, Map<string, Kept>>();

  constructor(env: Now, deps: { readonly accounts: Pick<ResourceClient<ServiceAccount>, "post"> }) {
    this.#env = env;
    this.#accounts = deps.accounts;
  }

  /** An old token serves while it is valid and a new one cannot be had. */
  async token(
    pod: Pod,
    { audience = "", expirationSeconds }: core.ServiceAccountTokenProjection,
    signal: AbortSignal,
  ): Promise<string> {
    const { uid = "" } = pod.metadata;
    const ofPod = this.#kept.get(uid) ?? new Map<string, Kept>();
    this.#kept.set(uid, ofPod);
    const key = `${audience} ${expirationSeconds}`;
    const known = ofPod.get(key);
    const now = this.#env.clock.now();
    if (known !== undefined && known.askedAtMs <= now && now < known.renewAtMs) return known.token;
    try {
      const fresh = await this.#request(pod, audience, expirationSeconds, signal);
      ofPod.set(key, fresh);
      return fresh.token;
    } catch (error) {
      if (known !== undefined && now < known.expiresAtMs) return known.token;
      throw error;
    }
  }

  forget(podUid: string): void {
    this.#kept.delete(podUid);
  }

  async #request(
    pod: Pod,
    audience: string,
    expirationSeconds: number | undefined,
    signal: AbortSignal,
  ): Promise<Kept> {
    const { namespace, name = "", uid } = pod.metadata;
    const account = { namespace, name: pod.spec.serviceAccountName ?? "default" };
    const body = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: {
        audiences: audience === "" ? [] : [audience],
        expirationSeconds,
        boundObjectRef: { apiVersion: "v1", kind: "Pod", name, uid },
      },
    };
    const asked = this.#env.clock.now();
    const answer = (await this.#accounts.post(account, "token", body, signal)) as {
      readonly status: { readonly token: string; readonly expirationTimestamp: string };
      readonly spec: { readonly expirationSeconds?: number };
    };
    const lifeMs = (answer.spec.expirationSeconds ?? expirationSeconds ?? 3600) * 1000;
    return {
      token: answer.status.token,
      askedAtMs: asked,
      renewAtMs: asked + Math.min(lifeMs * 0.8, maxTokenAgeMs),
      expiresAtMs: asked + lifeMs,
    };
  }
}
