/**
 * Who calls: in-process callers are given, then whom a front proxy tells of, then a client certificate of the cluster's CA
 * (`Subject`), then a bearer token (static, then service account), else anonymous. A bad token is 401, never anonymous.
 */
import type { Crypto } from "#base";
import { unauthorized } from "#api";
import type { Call, PeerCertificate } from "../call.ts";
import { anonymous, authenticated, UNAUTHENTICATED, type User, userOf } from "../user.ts";
import { userOfFrontProxy } from "./front-proxy.ts";
import { webSocketToken } from "./web-socket-token.ts";
import type { Proof, ServiceAccountTokens } from "./service-account-tokens.ts";

/** Settings of authentication. */
export interface AuthenticatorOptions {
  /** Static bearer tokens, as `--token-auth-file` has them. */
  readonly tokens: ReadonlyMap<string, User>;
  /** Whether callers without any credentials are `system:anonymous`. */
  readonly allowAnonymous: boolean;
  /** The common names that front proxies may have. */
  readonly frontProxies: readonly string[];
}

const BEARER = /^bearer +(\S+)$/i;
const MAX_KNOWN_CERTIFICATES = 1_000;

/** Turns credentials into users. */
export class Authenticator {
  readonly #sha256: (text: string) => Uint8Array;
  readonly #serviceAccounts: ServiceAccountTokens;
  readonly #options: AuthenticatorOptions;
  /** By hash, so that a look-up's time says nothing about a token. */
  readonly #tokens = new Map<string, User>();
  /** The static tokens that have been shown, as they are: they are hashed once and not at each request. */
  readonly #shown = new Map<string, User>();
  readonly #certificates = new Map<string, User>();
  #last: { readonly header: string; readonly token: string | undefined } = { header: "", token: undefined };

  constructor(cryptography: Crypto, serviceAccounts: ServiceAccountTokens, options: AuthenticatorOptions) {
    this.#sha256 = (text) => cryptography.sha256(text);
    this.#serviceAccounts = serviceAccounts;
    this.#options = options;
    for (const [token, user] of options.tokens) this.#tokens.set(this.#hash(token), authenticated(user));
  }

  /** Throws 401. */
  authenticate(call: Call): User {
    if (call.user !== undefined) return call.user;
    const user = this.#ofProof(call);
    if (user !== undefined) return user;
    const header = call.header("authorization");
    if (header !== undefined) {
      const token = this.#tokenOf(header);
      const proof = token === undefined ? undefined : this.ofToken(token);
      if (proof === undefined) throw unauthorized();
      return proof.user;
    }
    const token = webSocketToken(call);
    if (token !== undefined) {
      const proof = this.ofToken(token);
      if (proof === undefined) throw unauthorized();
      return proof.user;
    }
    if (call.certificate === "untrusted" || call.certificate?.isFrontProxy || !this.#options.allowAnonymous)
      throw unauthorized();
    return anonymous;
  }

  /** By what TLS proved. */
  #ofProof(call: Call): User | undefined {
    const { certificate } = call;
    if (certificate === undefined || certificate === "untrusted") return undefined;
    if (!certificate.isFrontProxy) return this.#ofCertificate(certificate);
    const user = userOfFrontProxy(call, certificate, this.#options.frontProxies);
    return user === undefined || user.groups.includes(UNAUTHENTICATED) ? user : authenticated(user);
  }

  /** Requests of one client come in a row, and a token that was taken out before has its hash already. */
  #tokenOf(header: string): string | undefined {
    if (header !== this.#last.header) this.#last = { header, token: BEARER.exec(header)?.[1] };
    return this.#last.token;
  }

  /** For TokenReview too; `audiences` absent: the server's own. */
  ofToken(token: string, audiences?: readonly string[]): Proof | undefined {
    const known = this.#staticUser(token);
    if (known === undefined) return this.#serviceAccounts.authenticate(token, audiences);
    // Static tokens are for the server itself.
    const { audiences: own } = this.#serviceAccounts;
    const matching = own.filter((audience) => audiences?.includes(audience) ?? true);
    return matching.length === 0 ? undefined : { user: known, audiences: matching };
  }

  /** A service account's token that was verified before is no static one, and needs no hash. */
  #staticUser(token: string): User | undefined {
    if (this.#tokens.size === 0) return undefined;
    const shown = this.#shown.get(token);
    if (shown !== undefined || this.#serviceAccounts.knows(token)) return shown;
    const known = this.#tokens.get(this.#hash(token));
    if (known !== undefined) this.#shown.set(token, known);
    return known;
  }

  #ofCertificate(certificate: PeerCertificate): User {
    const known = this.#certificates.get(certificate.fingerprint);
    if (known !== undefined) return known;
    const { commonName, organizations, uid } = certificate;
    const base = authenticated(userOf(commonName, organizations, uid));
    const extra = { "authentication.kubernetes.io/credential-id": [`X509SHA256=${certificate.fingerprint}`] };
    const user = { ...base, extra };
    if (this.#certificates.size >= MAX_KNOWN_CERTIFICATES) this.#certificates.clear();
    this.#certificates.set(certificate.fingerprint, user);
    return user;
  }

  #hash(token: string): string {
    return Buffer.from(this.#sha256(token)).toString("base64");
  }
}
