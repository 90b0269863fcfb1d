/** Service accounts: the `token` subresource mints tokens (TokenRequest). */
import {
  FieldErrors,
  type KubeObject,
  authentication,
  badRequest,
  conflict,
  invalid,
  notFound,
  rfc3339,
} from "#api";
import { admissionOf } from "../registry/admission-request.ts";
import { decodeAs } from "../registry/decoding.ts";
import { matchNamespace } from "../registry/metadata.ts";
import { type Outcome, plainAs } from "../registry/outcome.ts";
import type { Registry } from "../registry/registry.ts";
import type { ResourceRequest } from "../registry/resource-request.ts";
import type { Behaviour } from "./behaviour.ts";
import type { ServerServices } from "./server-services.ts";

const GROUP = "authentication.k8s.io";
const KIND = "TokenRequest";
const MIN_SECONDS = 600;
const DEFAULT_SECONDS = 3_600;
const MAX_SECONDS = 2 ** 32;
/**
 * Kubelet-projected tokens live a year, so that old clients that never reread them work; they should renew
 * hourly.
 */
const EXTENDED_FROM_SECONDS = 3_607;
const EXTENDED_SECONDS = 365 * 24 * 3_600;

interface BoundReference {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly name?: string;
  readonly uid?: string;
}
type Bound = { readonly pod?: Named; readonly node?: Named; readonly secret?: Named };
interface Named {
  readonly name: string;
  readonly uid: string;
}

export const serviceAccounts: Behaviour = {
  returnsDeleted: true,
  actions: { token: { create: requestToken } },
};

async function requestToken(
  registry: Registry,
  request: ResourceRequest,
  { tokens }: ServerServices,
): Promise<Outcome> {
  const { namespace, name } = request.info;
  const sent = await decodeAs(request, authentication.TokenRequest);
  matchNamespace(request, sent);
  checkName(sent.metadata.name ?? "", name);
  const account = registry.objects.get("", "serviceaccounts", namespace, name);
  if (account === undefined) throw notFound({ group: "", plural: "serviceaccounts" }, name);
  if ((sent.metadata.uid ?? "") !== "" && sent.metadata.uid !== account.metadata.uid) {
    const detail = `the UID in the token request (${sent.metadata.uid}) does not match the UID of the service account (${account.metadata.uid})`;
    throw conflict({ group: GROUP, plural: KIND }, name, detail);
  }
  const seconds = sent.spec.expirationSeconds ?? DEFAULT_SECONDS;
  checkSeconds(seconds);
  await registry.admission.validate(admissionOf(request, "CREATE", sent, undefined, false));
  const asked = sent.spec.audiences ?? [];
  const audiences = asked.length > 0 ? asked : tokens.audiences;
  const isOwn = audiences.every((one) => tokens.audiences.includes(one));
  const bound = boundTo(registry, request, sent.spec.boundObjectRef ?? undefined);
  const isExtended = seconds === EXTENDED_FROM_SECONDS && bound.pod !== undefined && isOwn;
  const { token, expiresMs } = tokens.mint({
    namespace,
    account: { name, uid: account.metadata.uid ?? "" },
    audiences,
    lifetimeSeconds: isExtended ? EXTENDED_SECONDS : seconds,
    ...bound,
    ...(isExtended ? { warnAfterSeconds: seconds } : {}),
  });
  const shownMs = isExtended ? request.now + seconds * 1000 : expiresMs;
  const status = { token, expirationTimestamp: rfc3339(shownMs) };
  const metadata = { ...sent.metadata, name, namespace, creationTimestamp: rfc3339(request.now) };
  const spec = { ...sent.spec, audiences, expirationSeconds: seconds };
  return plainAs(
    request.resource,
    authentication.TokenRequest,
    { kind: KIND, apiVersion: `${GROUP}/v1`, metadata, spec, status },
    { status: 201 },
  );
}

function checkName(given: string, name: string): void {
  if (given === "" || given === name) return;
  const errors = new FieldErrors();
  errors.invalid("metadata.name", given, "must match the service account name if specified");
  throw invalid({ group: GROUP, kind: KIND }, name, errors);
}

function checkSeconds(seconds: number): void {
  const errors = new FieldErrors();
  if (seconds < MIN_SECONDS)
    errors.invalid("spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes");
  if (seconds > MAX_SECONDS)
    errors.invalid("spec.expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds");
  if (!errors.empty) throw invalid({ group: GROUP, kind: KIND }, "", errors);
}

function boundTo(registry: Registry, request: ResourceRequest, reference: BoundReference | undefined): Bound {
  if (reference === undefined) return {};
  const { namespace, name: account } = request.info;
  const { apiVersion = "", kind = "", name = "", uid = "" } = reference;
  const find = (plural: string, scope: string): KubeObject => {
    const object = registry.objects.get("", plural, scope, name);
    if (object === undefined) throw notFound({ group: "", plural }, name);
    return object;
  };
  const checked = (object: KubeObject): Named => {
    const actual = object.metadata.uid ?? "";
    if (uid === "" || uid === actual) return { name, uid: actual };
    const detail = `the bound object has UID "${actual}" and not "${uid}": it was made anew`;
    throw conflict({ group: "", plural: kind }, name, detail);
  };
  const type = apiVersion.includes("/") ? `${apiVersion} ${kind}` : kind;
  if (type === "Secret") return { secret: checked(find("secrets", namespace)) };
  if (type === "Node") return { node: checked(find("nodes", "")) };
  if (type !== "Pod") throw badRequest(`cannot bind token to object of type ${type}`);
  const pod = find("pods", namespace) as KubeObject & {
    spec: { serviceAccountName?: string; nodeName?: string };
  };
  if (pod.spec.serviceAccountName !== account) {
    throw badRequest(
      `cannot bind token for serviceaccount "${account}" to pod running with different serviceaccount name.`,
    );
  }
  const node = registry.objects.get("", "nodes", "", pod.spec.nodeName ?? "");
  return { pod: checked(pod), ...(node === undefined ? {} : { node: named(node) }) };
}

function named(object: KubeObject): Named {
  return { name: object.metadata.name ?? "", uid: object.metadata.uid ?? "" };
}
