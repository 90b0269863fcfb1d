/**
 * The API server: one gate over one registry on one store. It has no socket of its own; fronts (HTTPS) and
 * in-process callers hand it calls. Everything it knows is in the store, so any number of servers may share
 * one.
 */
import type { Component, Env, KeyPair } from "#base";
import { type Describe, openPodSecurity, type PodSecuritySettings, type Resource, ZPages } from "#api";
import type { Store } from "#store";
import { Admission } from "./admission/admission.ts";
import { createPlugins } from "./admission/plugins.ts";
import type { ConfigMapKey } from "./admission/service-account.ts";
import { Authenticator } from "./authn/authenticator.ts";
import { ServiceAccountTokens } from "./authn/service-account-tokens.ts";
import { signingKey } from "./authn/token-text.ts";
import { AuthorizerChain, masters } from "./authz/chain.ts";
import { NodeAuthorizer } from "./authz/node.ts";
import { RbacAuthorizer } from "./authz/rbac.ts";
import { localApiServiceStatuses } from "./bootstrap/api-services.ts";
import { bootstrap } from "./bootstrap/bootstrap.ts";
import { OwnCalls } from "./bootstrap/own-calls.ts";
import type { CallerTrust } from "./bootstrap/public-config-maps.ts";
import type { Answer, Call } from "./call.ts";
import { Catalog } from "./catalog.ts";
import { DiscoveryEndpoints } from "./endpoints/discovery.ts";
import { type EndpointParts, endpointAnswer, OWN_PATHS } from "./endpoints/endpoints.ts";
import { issuerDocuments } from "./endpoints/issuer.ts";
import { OpenApiEndpoints } from "./endpoints/openapi.ts";
import { Fairness, type FairnessLimits } from "./fairness/fairness.ts";
import { FollowedFlows } from "./fairness/followed-flows.ts";
import { type Admitted, type Audit, Gate } from "./gate.ts";
import { type PlainAnswer, type PlainRequest, plainCall, plainAnswer } from "./in-process.ts";
import { Laps } from "./laps.ts";
import { Negotiator } from "./negotiate.ts";
import type { BackendAccess } from "./proxy/backends.ts";
import { Lanes } from "./registry/lanes.ts";
import type { NodeAccess } from "./nodes/node-access.ts";
import { ManagedFieldsTracker } from "./registry/managed-fields.ts";
import { Objects } from "./registry/objects.ts";
import { Records } from "./registry/records.ts";
import type { Registry } from "./registry/registry.ts";
import { ValueIndexes } from "./registry/value-indexes.ts";
import { Views } from "./registry/views.ts";
import { RequestMetrics } from "./request-metrics.ts";
import { type ResourceHandlerDeps, handleResource } from "./resource-handler.ts";
import { gaugeAllocations } from "./resources/allocation-metrics.ts";
import { createBehaviours } from "./resources/behaviours.ts";
import { ServiceAddresses } from "./resources/service-addresses.ts";
import { ServicePorts } from "./resources/service-ports.ts";
import { Responder } from "./responder.ts";
import { Turns } from "./turns.ts";
import { SharedChunks } from "./watch-answer.ts";
import { flowSchemaStatuses } from "./upkeep/flow-schema-status.ts";
import { Upkeep } from "./upkeep/upkeep.ts";
import { MASTERS, type User, userOf } from "./user.ts";

/** What a server stands on. */
export interface ApiServerDeps {
  /** Started by its owner. */
  readonly store: Store;
  /** Every resource served, in the order of discovery. */
  readonly resources: readonly Resource[];
  /** Signs service account tokens; further pairs only verify. */
  readonly tokenKeys: readonly KeyPair[];
  readonly audit?: Audit;
  /** How it reaches kubelets. Default: not at all. */
  readonly nodes?: NodeAccess;
  /** How it reaches what listens in pods. Default: not at all. */
  readonly backends?: BackendAccess;
  /** What runs over it in this process, by name, as it starts. Default: nothing does. */
  readonly components?: ReadonlyMap<string, Component>;
  /** The texts of OpenAPI, read when its first document is asked for. Default: it has none. */
  readonly describe?: () => Describe | undefined;
}

/** Settings of a server. */
export interface ApiServerOptions {
  /** PEM of the authorities that vouch for this server, published in every namespace. */
  readonly rootCertificate: string;
  /** Who vouches for callers, as `kube-system/extension-apiserver-authentication` tells. Default: no front proxies. */
  readonly callers?: CallerTrust;
  /** Static bearer tokens. Default: none. */
  readonly tokens?: ReadonlyMap<string, User>;
  /** Whether callers without credentials are `system:anonymous`. Default true. */
  readonly allowAnonymous?: boolean;
  /** Issuer of service account tokens. Default `https://kubernetes.default.svc.cluster.local`. */
  readonly issuer?: string;
  /** Default `10.96.0.0/12`; two families as `10.96.0.0/12,fd00:96::/108`, the cluster's own first. */
  readonly serviceRange?: string;
  /** Default `30000-32767`. */
  readonly nodePortRange?: string;
  /** Pod security beside the labels of namespaces. Default: anything goes. */
  readonly podSecurity?: PodSecuritySettings;
  /**
   * Keys of ConfigMaps in a pod's namespace, which each pod gets as files beside its token, as a CA bundle: it waits for
   * those that are not there. Default: none.
   */
  readonly tokenConfigMaps?: readonly ConfigMapKey[];
  /** Names of admission plug-ins that do not run. Default: none. */
  readonly disabledPlugins?: readonly string[];
  /** Where pods reach this server: the endpoint of `default/kubernetes`. Default: none is published. */
  readonly advertised?: { readonly address: string; readonly port: number };
  /** Where clients on this machine reach it. Default 6443. */
  readonly port?: number;
  /**
   * Freezes shared objects, to find those who write to them, at a third of the cost of a write. Default
   * false.
   */
  readonly freeze?: boolean;
  /** Requests in flight, reads and writes, whose sum the priority levels share. Default 400 and 200. */
  readonly inFlight?: Partial<FairnessLimits>;
}

const DEFAULT_PORT = 6443;
const SERVICE_RANGE = "10.96.0.0/12";
const ISSUER = "https://kubernetes.default.svc.cluster.local";

/** Routes calls through the gate to the registry and the other endpoints. */
export class ApiServer implements Component {
  readonly #deps: ApiServerDeps;
  readonly #options: ApiServerOptions;
  readonly #registry: Registry;
  readonly #gate: Gate;
  readonly #rbac: RbacAuthorizer;
  readonly #nodes: NodeAuthorizer;
  readonly #fairness: Fairness;
  readonly #flows: FollowedFlows;
  readonly #allocators: { readonly addresses: ServiceAddresses; readonly ports: ServicePorts };
  readonly #handler: ResourceHandlerDeps;
  readonly #endpoints: EndpointParts;
  #upkeep: Upkeep | undefined;
  #notStarted: string | undefined = "the server has not started";
  #notReady = this.#notStarted;

  constructor(env: Env, deps: ApiServerDeps, options: ApiServerOptions) {
    this.#deps = deps;
    this.#options = options;
    const { store, nodes, backends, components = new Map() } = deps;
    const catalog = new Catalog(deps.resources);
    const records = new Records(env.clock, { freeze: options.freeze ?? false });
    const objects = new Objects(store, catalog, records);
    const keys = deps.tokenKeys.map((pair) => signingKey(env.crypto, pair));
    const issuer = options.issuer ?? ISSUER;
    const tokens = new ServiceAccountTokens(env, objects, { issuer, audiences: [issuer], keys });
    const allowAnonymous = options.allowAnonymous ?? true;
    const authenticator = new Authenticator(env.crypto, tokens, {
      tokens: options.tokens ?? new Map(),
      allowAnonymous,
      frontProxies: options.callers?.frontProxies?.names ?? [],
    });
    this.#rbac = new RbacAuthorizer(store, records, catalog);
    this.#nodes = new NodeAuthorizer(store, catalog, objects);
    this.#allocators = {
      addresses: new ServiceAddresses(options.serviceRange ?? SERVICE_RANGE),
      ports: new ServicePorts(options.nodePortRange ?? "30000-32767"),
    };
    const authorizers = new AuthorizerChain([masters, this.#nodes, this.#rbac]);
    const { podSecurity = openPodSecurity, tokenConfigMaps = [] } = options;
    const pluginParts = { rbac: this.#rbac, authorizers, podSecurity, tokenConfigMaps, metrics: env.metrics };
    const plugins = createPlugins(pluginParts, options.disabledPlugins);
    const turns = new Turns(env.clock);
    const views = new Views(records, catalog);
    const shared = new SharedChunks();
    this.#registry = {
      env,
      store,
      catalog,
      records,
      views,
      objects,
      admission: new Admission({ objects, clock: env.clock, random: env.random }, plugins),
      behaviours: createBehaviours({ rootCertificate: options.rootCertificate, ...this.#allocators }),
      fields: new ManagedFieldsTracker(catalog, views),
      lanes: new Lanes(),
      turns,
      authorizers,
      laps: new Laps(env.clock, { head: () => store.revision, ended: () => shared.clear() }),
      indexes: new ValueIndexes(store),
    };
    const negotiator = new Negotiator();
    this.#handler = {
      registry: this.#registry,
      responder: new Responder(views, turns, env, shared),
      negotiator,
      services: { authenticator, authorizers, rbac: this.#rbac, tokens, nodes, backends, components },
    };
    this.#endpoints = this.#endpointParts(negotiator, issuerDocuments(issuer, keys));
    this.#fairness = new Fairness(env, options.inFlight);
    this.#flows = new FollowedFlows(this.#fairness, store, objects, catalog);
    this.#gate = new Gate(env, {
      authenticator,
      authorizers,
      fairness: this.#fairness,
      metrics: new RequestMetrics(env.metrics),
      audit: deps.audit,
      negotiator,
      handler: (admitted) => this.#serve(admitted),
    });
  }

  /** Follows the policy, then makes sure of the objects that every cluster has. */
  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#rbac.start();
    this.#nodes.start();
    this.#flows.start();
    const self = this.handlerFor(userOf("system:apiserver", [MASTERS]));
    const options = {
      serviceRanges: this.#allocators.addresses.ranges,
      serviceAddress: this.#allocators.addresses.first,
      advertised: this.#options.advertised,
      callers: this.#options.callers ?? {},
      nowMs: this.#registry.env.clock.now(),
    };
    await bootstrap(self, this.#registry.catalog, options, signal);
    const calls = new OwnCalls(self, signal);
    await Promise.all([
      flowSchemaStatuses(this.#registry, calls),
      localApiServiceStatuses(this.#registry, calls),
    ]);
    this.#notStarted = undefined;
    this.#notReady = undefined;
    const { serviceRanges: ranges, callers } = options;
    this.#upkeep = new Upkeep(this.#registry.env, {
      registry: this.#registry,
      ...this.#allocators,
      self,
      ranges,
      callers,
    });
    this.#upkeep.start();
  }

  ready(): string | undefined {
    return this.#notReady ?? this.#deps.store.ready();
  }

  /** The gate, for fronts. Answers with any status; rejects only when the caller goes away. */
  handle(call: Call): Promise<Answer> {
    return this.#gate.handle(call);
  }

  /**
   * The gate for one in-process user: plain data in, shared read-only data out. Callers that answer each other
   * without end, in microtasks alone, would starve the loop: each call may have to wait for its turn.
   */
  handlerFor(user: User): (request: PlainRequest, signal: AbortSignal) => Promise<PlainAnswer> {
    const { turns } = this.#registry;
    return async (request, signal) => {
      if (turns.spent) await turns.turn();
      return plainAnswer(await this.#gate.handle(plainCall(user, request, signal)));
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#notReady = "the server is closing";
    await this.#upkeep?.[Symbol.asyncDispose]();
    this.#rbac.stop();
    this.#nodes.stop();
    this.#flows.stop();
    this.#registry.indexes.stop();
  }

  #endpointParts(negotiator: Negotiator, issuer: EndpointParts["issuer"]): EndpointParts {
    const { catalog, turns, store, env } = this.#registry;
    const { crypto, metrics } = env;
    return {
      discovery: new DiscoveryEndpoints(catalog, { crypto, negotiator }, serverAddress(this.#options)),
      openApi: new OpenApiEndpoints(catalog, { crypto, turns, describe: this.#deps.describe }),
      health: {
        store: () => store.ready(),
        started: () => this.#notStarted,
        serving: () => this.#notReady,
      },
      metrics: () => {
        gaugeAllocations(this.#registry, this.#allocators);
        this.#fairness.gauge();
        return metrics.render();
      },
      zpages: new ZPages(env, "apiserver", OWN_PATHS),
      issuer,
    };
  }

  #serve(admitted: Admitted): Promise<Answer | undefined> | Answer | undefined {
    if (admitted.info.isResource) return handleResource(this.#handler, admitted);
    return endpointAnswer(this.#endpoints, admitted);
  }
}

/** What old clients are told about where the server is. */
function serverAddress({ advertised, port = DEFAULT_PORT }: ApiServerOptions): string {
  return advertised === undefined ? `127.0.0.1:${port}` : `${advertised.address}:${advertised.port}`;
}
