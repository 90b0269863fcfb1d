/** What actions use beside the registry: the server's own judges and mints. */
import type { Component } from "#base";
import type { Authenticator } from "../authn/authenticator.ts";
import type { ServiceAccountTokens } from "../authn/service-account-tokens.ts";
import type { AuthorizerChain } from "../authz/chain.ts";
import type { RbacAuthorizer } from "../authz/rbac.ts";
import type { BackendAccess } from "../proxy/backends.ts";
import type { NodeAccess } from "../nodes/node-access.ts";

export interface ServerServices {
  readonly authenticator: Authenticator;
  readonly authorizers: AuthorizerChain;
  readonly rbac: RbacAuthorizer;
  readonly tokens: ServiceAccountTokens;
  /** Absent: the server reaches no nodes. */
  readonly nodes: NodeAccess | undefined;
  /** Absent: the server reaches no pods. */
  readonly backends: BackendAccess | undefined;
  /** What runs over the server in its own process, by name. */
  readonly components: ReadonlyMap<string, Component>;
}
