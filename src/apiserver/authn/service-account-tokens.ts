/**
 * Service account tokens: minted by TokenRequest, bound to a pod, node or secret if asked, and checked on
 * every request against the live account and bound object, so that deleting either revokes the token at
 * once.
 */
import type { Env } from "#base";
import type { KubeObject } from "#api";
import { TOKEN_CACHE } from "../limits.ts";
import type { Objects } from "../registry/objects.ts";
import { type User, serviceAccountUser } from "../user.ts";
import { type SigningKey, signToken, unverifiedClaims, verifyToken } from "./token-text.ts";

interface Reference {
  readonly name: string;
  readonly uid: string;
}

/** The private claim `kubernetes.io`. */
interface Binding {
  readonly namespace: string;
  readonly serviceaccount: Reference;
  readonly pod?: Reference;
  readonly node?: Reference;
  readonly secret?: Reference;
  readonly warnafter?: number;
}

interface Claims {
  readonly iss: string;
  readonly aud: readonly string[];
  readonly exp: number;
  readonly nbf: number;
  readonly jti: string;
  readonly "kubernetes.io": Binding;
}

/** A token whose signature was checked: one user for all its requests, so that decisions about him are found again. */
interface Verified {
  readonly claims: Claims;
  readonly user: User;
}

/** What a new token shall say. */
export interface MintRequest {
  readonly namespace: string;
  readonly account: Reference;
  readonly audiences: readonly string[];
  readonly lifetimeSeconds: number;
  readonly pod?: Reference;
  readonly node?: Reference;
  readonly secret?: Reference;
  /** Seconds after which a kubelet-projected token should have been renewed. */
  readonly warnAfterSeconds?: number;
}

/** Whose tokens these are. */
export interface TokenOptions {
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** The first signs; all verify. */
  readonly keys: readonly SigningKey[];
}

/** Whom a token proves, and for which of the asked audiences. */
export interface Proof {
  readonly user: User;
  readonly audiences: readonly string[];
}

/** What the clocks of two servers may differ by, and how long a token outlives what it is bound to; upstream's library's. */
const LEEWAY_SECONDS = 60;

export class ServiceAccountTokens {
  readonly #env: Env;
  readonly #objects: Objects;
  readonly #options: TokenOptions;
  readonly #verified = new Map<string, Verified>();

  constructor(env: Env, objects: Objects, options: TokenOptions) {
    this.#env = env;
    this.#objects = objects;
    this.#options = options;
  }

  /** Those of the server itself. */
  get audiences(): readonly string[] {
    return this.#options.audiences;
  }

  mint(request: MintRequest): { readonly token: string; readonly expiresMs: number } {
    const [key] = this.#options.keys;
    if (key === undefined) throw new Error("Cannot mint a token: the server has no signing key");
    const now = Math.floor(this.#env.clock.now() / 1000);
    const expires = now + request.lifetimeSeconds;
    const { namespace, account, pod, node, secret, warnAfterSeconds } = request;
    const binding: Binding = {
      namespace,
      ...(node === undefined ? {} : { node }),
      ...(pod === undefined ? {} : { pod }),
      ...(secret === undefined ? {} : { secret }),
      serviceaccount: account,
      ...(warnAfterSeconds === undefined ? {} : { warnafter: now + warnAfterSeconds }),
    };
    const claims = {
      aud: request.audiences,
      exp: expires,
      iat: now,
      iss: this.#options.issuer,
      jti: this.#env.random.uuid(),
      "kubernetes.io": binding,
      nbf: now,
      sub: serviceAccountUser(namespace, account.name).name,
    };
    return { token: signToken(this.#env.crypto, key, claims), expiresMs: expires * 1000 };
  }

  /** Undefined when the token is not one of ours, or no longer good. `audiences`: what the caller accepts. */
  authenticate(token: string, audiences: readonly string[] = this.#options.audiences): Proof | undefined {
    const verified = this.#verify(token);
    if (verified === undefined || !this.#isCurrent(verified.claims)) return undefined;
    const { claims, user } = verified;
    const matching = claims.aud.filter((audience) => audiences.includes(audience));
    if (matching.length === 0 || !this.#isBound(claims["kubernetes.io"])) return undefined;
    return { user, audiences: matching };
  }

  /** Whether the token's signature was checked before. */
  knows(token: string): boolean {
    return this.#verified.has(token);
  }

  #verify(token: string): Verified | undefined {
    const known = this.#verified.get(token);
    if (known !== undefined) return known;
    if (unverifiedClaims(token)?.["iss"] !== this.#options.issuer) return undefined;
    const claims = verifyToken(this.#env.crypto, this.#options.keys, token);
    if (claims === undefined || !isClaims(claims)) return undefined;
    if (this.#verified.size >= TOKEN_CACHE) this.#verified.clear();
    const { namespace, serviceaccount } = claims["kubernetes.io"];
    const user = serviceAccountUser(namespace, serviceaccount.name, serviceaccount.uid);
    const verified = { claims, user: { ...user, extra: extraOf(claims) } };
    this.#verified.set(token, verified);
    return verified;
  }

  #isCurrent(claims: Claims): boolean {
    const now = this.#env.clock.now() / 1000;
    return claims.nbf <= now + LEEWAY_SECONDS && now - LEEWAY_SECONDS <= claims.exp;
  }

  #isBound(binding: Binding): boolean {
    const { namespace, serviceaccount, pod, node, secret } = binding;
    if (!this.#exists("serviceaccounts", namespace, serviceaccount)) return false;
    if (pod !== undefined && !this.#exists("pods", namespace, pod)) return false;
    if (secret !== undefined && !this.#exists("secrets", namespace, secret)) return false;
    return node === undefined || pod !== undefined || this.#exists("nodes", "", node);
  }

  #exists(plural: string, namespace: string, reference: Reference): boolean {
    const object: KubeObject | undefined = this.#objects.get("", plural, namespace, reference.name);
    if (object === undefined || object.metadata.uid !== reference.uid) return false;
    const { deletionTimestamp } = object.metadata;
    if (deletionTimestamp === undefined || deletionTimestamp === null) return true;
    return Date.parse(deletionTimestamp) / 1000 + LEEWAY_SECONDS > this.#env.clock.now() / 1000;
  }
}

function isClaims(claims: Record<string, unknown>): claims is Record<string, unknown> & Claims {
  const binding = claims["kubernetes.io"] as Partial<Binding> | undefined;
  const times = typeof claims["exp"] === "number" && typeof claims["nbf"] === "number";
  return (
    times &&
    Array.isArray(claims["aud"]) &&
    typeof binding?.namespace === "string" &&
    binding.serviceaccount !== undefined
  );
}

function extraOf(claims: Claims): Record<string, readonly string[]> {
  const { pod, node } = claims["kubernetes.io"];
  const prefix = "authentication.kubernetes.io";
  return {
    [`${prefix}/credential-id`]: [`JTI=${claims.jti}`],
    ...(node === undefined
      ? {}
      : { [`${prefix}/node-name`]: [node.name], [`${prefix}/node-uid`]: [node.uid] }),
    ...(pod === undefined ? {} : { [`${prefix}/pod-name`]: [pod.name], [`${prefix}/pod-uid`]: [pod.uid] }),
  };
}
