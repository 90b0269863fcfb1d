/**
 * How the components of a process reach the API: in process through the gate, or over HTTPS with credentials of their own.
 * Either way each component is its own user, and only its RBAC lets it do anything.
 */
import { type ApiServer, userOf } from "#apiserver";
import type { Env } from "#base";
import {
  type Client,
  createClient,
  HandlerTransport,
  HttpsTransport,
  RetryingTransport,
  type Transport,
} from "#client";
import { type Identity, systemAccount } from "./identities.ts";
import { ServiceAccountTransport } from "./service-account-transport.ts";

/** Gives clients to components; owns their transports. */
export interface Access extends AsyncDisposable {
  /** A client of that user; `fieldManager` is recorded in what it writes. */
  client(identity: Identity, fieldManager: string): Client;
  /** A client of a service account of kube-system, as each controller has one. */
  accountClient(account: string, fieldManager: string): Client;
}

/** Calls to a server in this process. */
export class InProcessAccess implements Access {
  readonly #server: ApiServer;
  readonly #transports = new Map<string, Transport>();

  constructor(server: ApiServer) {
    this.#server = server;
  }

  client(identity: Identity, fieldManager: string): Client {
    let transport = this.#transports.get(identity.name);
    if (transport === undefined) {
      const groups = [...new Set([...identity.groups, "system:authenticated"])];
      transport = new HandlerTransport(this.#server.handlerFor(userOf(identity.name, groups)));
      this.#transports.set(identity.name, transport);
    }
    return createClient(transport, { fieldManager });
  }

  accountClient(account: string, fieldManager: string): Client {
    return this.client(systemAccount(account), fieldManager);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#transports.values()].map((one) => one[Symbol.asyncDispose]()));
  }
}

export interface RemoteCredentials {
  readonly server: string;
  readonly ca: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  readonly token: string | undefined;
}

/** Calls over HTTPS with one component's credentials; its controllers get tokens of their service accounts. */
export class RemoteAccess implements Access {
  readonly #env: Env;
  readonly #credentials: RemoteCredentials;
  readonly #own: Transport;
  readonly #accounts = new Map<string, Transport>();

  constructor(env: Env, credentials: RemoteCredentials) {
    this.#env = env;
    this.#credentials = credentials;
    this.#own = new RetryingTransport(env, { inner: new HttpsTransport(credentials) });
  }

  /** The identity is what the credentials say; the server decides. */
  client(_identity: Identity, fieldManager: string): Client {
    return createClient(this.#own, { fieldManager });
  }

  accountClient(account: string, fieldManager: string): Client {
    let transport = this.#accounts.get(account);
    if (transport === undefined) {
      const owner = createClient(this.#own, { fieldManager: "kube-controller-manager" });
      const { server, ca } = this.#credentials;
      const inner = new ServiceAccountTransport(this.#env, { owner }, { account, server, ca });
      transport = new RetryingTransport(this.#env, { inner });
      this.#accounts.set(account, transport);
    }
    return createClient(transport, { fieldManager });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#own, ...this.#accounts.values()].map((one) => one[Symbol.asyncDispose]()));
  }
}
