/** The table of what resources do beyond their kinds, by `plural` or `plural.group`. */
import {
  localSubjectAccessReviews,
  selfSubjectAccessReviews,
  selfSubjectRulesReviews,
  subjectAccessReviews,
} from "./access-reviews.ts";
import { selfSubjectReviews, tokenReviews } from "./authentication-reviews.ts";
import type { Behaviour, Behaviours } from "./behaviour.ts";
import { bindings } from "./bindings.ts";
import { componentStatuses } from "./component-statuses.ts";
import { resourceClaims, resourceClaimTemplates } from "./device-claims.ts";
import { namespaces } from "./namespaces.ts";
import { pods } from "./pods.ts";
import { nodeProxy, serviceProxy } from "./proxies.ts";
import { serviceAccounts } from "./service-accounts.ts";
import type { ServiceAddresses } from "./service-addresses.ts";
import type { ServicePorts } from "./service-ports.ts";
import { services } from "./services.ts";

/** What some behaviours are made of. */
export interface BehaviourParts {
  readonly rootCertificate: string;
  readonly addresses: ServiceAddresses;
  readonly ports: ServicePorts;
}

const returnsDeleted: Behaviour = { returnsDeleted: true };

/** The table. */
export function createBehaviours({ rootCertificate, addresses, ports }: BehaviourParts): Behaviours {
  const table: Readonly<Record<string, Behaviour>> = {
    bindings,
    componentstatuses: componentStatuses,
    namespaces: namespaces(rootCertificate),
    nodes: { connects: { proxy: nodeProxy } },
    persistentvolumeclaims: returnsDeleted,
    persistentvolumes: returnsDeleted,
    pods,
    podtemplates: returnsDeleted,
    resourcequotas: returnsDeleted,
    serviceaccounts: serviceAccounts,
    services: { ...services(addresses, ports), connects: { proxy: serviceProxy } },
    "localsubjectaccessreviews.authorization.k8s.io": localSubjectAccessReviews,
    "resourceclaims.resource.k8s.io": resourceClaims,
    "resourceclaimtemplates.resource.k8s.io": resourceClaimTemplates,
    "selfsubjectaccessreviews.authorization.k8s.io": selfSubjectAccessReviews,
    "selfsubjectreviews.authentication.k8s.io": selfSubjectReviews,
    "selfsubjectrulesreviews.authorization.k8s.io": selfSubjectRulesReviews,
    "subjectaccessreviews.authorization.k8s.io": subjectAccessReviews,
    "tokenreviews.authentication.k8s.io": tokenReviews,
  };
  return new Map(Object.entries(table));
}
