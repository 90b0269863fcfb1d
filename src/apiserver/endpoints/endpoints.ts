/** Paths that are no resources: discovery, OpenAPI, health, metrics, version, status, token issuer. One row each. */
import type { Answer } from "../call.ts";
import { jsonAnswer, textAnswer } from "../answers.ts";
import type { Admitted } from "../gate.ts";
import { methodNotAllowed, type ZPages } from "#api";
import { type HealthChecks, healthAnswer } from "./health.ts";
import type { DiscoveryEndpoints } from "./discovery.ts";
import type { OpenApiEndpoints } from "./openapi.ts";
import { VERSION } from "./version.ts";

export interface EndpointParts {
  readonly discovery: DiscoveryEndpoints;
  readonly openApi: OpenApiEndpoints;
  readonly health: HealthChecks;
  readonly metrics: () => string;
  readonly zpages: ZPages;
  /** The issuer's discovery document and keys, by path. */
  readonly issuer: Readonly<Record<string, { readonly contentType: string; readonly body: unknown }>>;
}

type Endpoint = (parts: EndpointParts, admitted: Admitted) => Answer | Promise<Answer> | undefined;

const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";

const endpoints: readonly Endpoint[] = [
  ({ discovery }, admitted) => discovery.answer(admitted),
  ({ openApi }, admitted) => openApi.answer(admitted),
  (_parts, { call, info }) =>
    info.path === "/version" || info.path === "/version/" ? jsonAnswer(call, 200, VERSION) : undefined,
  ({ metrics }, { info }) =>
    info.path === "/metrics" ? textAnswer(200, METRICS_TYPE, metrics()) : undefined,
  ({ issuer }, { info }) => {
    if (!Object.hasOwn(issuer, info.path)) return undefined;
    const document = issuer[info.path];
    return textAnswer(200, document?.contentType ?? "", JSON.stringify(document?.body));
  },
  ({ discovery }, { call, info }) =>
    info.path === "/" ? jsonAnswer(call, 200, { paths: [...PATHS, ...discovery.paths].sort() }) : undefined,
];

/** What tells of the server itself, sorted. */
export const OWN_PATHS = ["/flagz", "/healthz", "/livez", "/metrics", "/readyz", "/statusz", "/version"];

const PATHS = [
  ...OWN_PATHS,
  "/.well-known/openid-configuration",
  "/openapi/v2",
  "/openapi/v3",
  "/openid/v1/jwks",
];

/** Undefined when the path is nobody's. */
export function endpointAnswer(
  parts: EndpointParts,
  admitted: Admitted,
): Answer | Promise<Answer> | undefined {
  // Whatever the method, as upstream's.
  const health = healthAnswer(parts.health, admitted);
  if (health !== undefined) return health;
  const page = parts.zpages.answer(admitted.info.path, admitted.call.header("accept"));
  if (page !== undefined) return { ...page, body: { type: "bytes", bytes: Buffer.from(page.body) } };
  for (const endpoint of endpoints) {
    const answer = endpoint(parts, admitted);
    if (answer === undefined) continue;
    const { method } = admitted.info;
    if (method !== "GET" && method !== "HEAD") throw methodNotAllowed();
    return answer;
  }
  return undefined;
}
