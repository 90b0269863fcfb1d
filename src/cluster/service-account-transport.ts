/**
 * A transport with the token of a service account, asked for with the credentials of another (as upstream's
 * `--use-service-account-credentials`): made on first use, renewed when most of its life is over, and asked for again when
 * the server no longer takes it. The account is made when it is missing.
 */
import { isStatus, parseTime, serviceAccounts } from "#api";
import type { Env } from "#base";
import {
  abortable,
  type ApiRequest,
  type ApiResponse,
  type Client,
  HttpsTransport,
  type Transport,
  type WatchEvent,
} from "#client";

const namespace = "kube-system";
const lifetimeSeconds = 3_600;
const renewAfter = 0.8;

/** Whose token, and where it is used. */
export interface ServiceAccountTransportOptions {
  readonly account: string;
  readonly server: string;
  readonly ca: string | undefined;
}

/** See the file's head; disposing closes every connection it made. */
export class ServiceAccountTransport implements Transport {
  readonly #env: Env;
  /** May create service accounts and their tokens. */
  readonly #owner: Client;
  readonly #options: ServiceAccountTransportOptions;
  #current: Promise<{ readonly transport: HttpsTransport; readonly renewAt: number }> | undefined;
  readonly #old: HttpsTransport[] = [];
  readonly #stop = new AbortController();

  constructor(env: Env, deps: { readonly owner: Client }, options: ServiceAccountTransportOptions) {
    this.#env = env;
    this.#owner = deps.owner;
    this.#options = options;
  }

  async request(request: ApiRequest, signal: AbortSignal): Promise<ApiResponse> {
    const answer = await (await this.#transport(signal)).request(request, signal);
    if (answer.status !== 401) return answer;
    const refused = await this.#current?.catch(() => undefined);
    if (refused !== undefined) this.#old.push(refused.transport);
    this.#current = undefined;
    return (await this.#transport(signal)).request(request, signal);
  }

  async watch(request: ApiRequest, signal: AbortSignal): Promise<AsyncIterable<readonly WatchEvent[]>> {
    return (await this.#transport(signal)).watch(request, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("the transport is closed"));
    const current = await this.#current?.catch(() => undefined);
    await Promise.all(
      [...this.#old, ...(current === undefined ? [] : [current.transport])].map((one) =>
        one[Symbol.asyncDispose](),
      ),
    );
  }

  /** Decides synchronously whether to connect, so that calls at once share one connection, and none its signal. */
  async #transport(signal: AbortSignal): Promise<HttpsTransport> {
    this.#current ??= this.#connect(this.#stop.signal);
    const asked = this.#current;
    asked.catch(() => {
      if (this.#current === asked) this.#current = undefined;
    });
    const { transport, renewAt } = await abortable(asked, signal);
    if (this.#env.clock.now() < renewAt) return transport;
    if (this.#current === asked) {
      this.#old.push(transport);
      this.#current = undefined;
    }
    return this.#transport(signal);
  }

  async #connect(
    signal: AbortSignal,
  ): Promise<{ readonly transport: HttpsTransport; readonly renewAt: number }> {
    const { account, server, ca } = this.#options;
    const accounts = this.#owner.of(serviceAccounts);
    const key = { namespace, name: account };
    const request = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: lifetimeSeconds },
    };
    let answer: unknown;
    try {
      answer = await accounts.post(key, "token", request, signal);
    } catch (error) {
      if (!isStatus(error, "NotFound")) throw error;
      await accounts.create({ metadata: key }, signal).catch((refused: unknown) => {
        if (!isStatus(refused, "AlreadyExists")) throw refused;
      });
      answer = await accounts.post(key, "token", request, signal);
    }
    const { token, expirationTimestamp } = (
      answer as { readonly status: { readonly token: string; readonly expirationTimestamp: string } }
    ).status;
    const now = this.#env.clock.now();
    const life = (parseTime(expirationTimestamp) ?? now) - now;
    return { transport: new HttpsTransport({ server, ca, token }), renewAt: now + life * renewAfter };
  }
}
