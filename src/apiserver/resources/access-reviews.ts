/** The four access reviews: questions to the authorizers, asked for oneself or for anybody. */
import { type KubeObject, authorization, badRequest, FieldErrors, invalid } from "#api";
import type { Attributes } from "../authz/attributes.ts";
import type { PolicyRule } from "../authz/rules.ts";
import { decodeAs } from "../registry/decoding.ts";
import { type Outcome, plain } from "../registry/outcome.ts";
import type { ResourceRequest } from "../registry/resource-request.ts";
import type { User } from "../user.ts";
import type { Action, Behaviour } from "./behaviour.ts";
import type { ServerServices } from "./server-services.ts";

interface ReviewSpec {
  readonly user?: string;
  readonly uid?: string;
  readonly groups?: readonly string[] | null;
  readonly extra?: Readonly<Record<string, readonly string[]>> | null;
  readonly resourceAttributes?: {
    readonly namespace?: string;
    readonly verb?: string;
    readonly group?: string;
    readonly version?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly name?: string;
  } | null;
  readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string } | null;
}
type Review = KubeObject & { readonly spec: ReviewSpec };

export const subjectAccessReviews: Behaviour = create(async (_registry, request, services) => {
  const review = (await decodeAs(request, authorization.SubjectAccessReview)) as unknown as Review;
  return decided(request, review, subjectOf(request, review), services);
});

export const localSubjectAccessReviews: Behaviour = create(async (_registry, request, services) => {
  const review = (await decodeAs(request, authorization.LocalSubjectAccessReview)) as unknown as Review;
  const { namespace } = request.info;
  if ((review.spec.resourceAttributes?.namespace ?? "") !== namespace) {
    throw badRequest(`the namespace of the review does not match the one on the URL (${namespace})`);
  }
  return decided(request, review, subjectOf(request, review), services);
});

export const selfSubjectAccessReviews: Behaviour = create(async (_registry, request, services) => {
  const review = (await decodeAs(request, authorization.SelfSubjectAccessReview)) as unknown as Review;
  checkAttributes(request, review.spec, new FieldErrors());
  return decided(request, review, request.user, services);
});

export const selfSubjectRulesReviews: Behaviour = create(async (_registry, request, services) => {
  const review = (await decodeAs(request, authorization.SelfSubjectRulesReview)) as KubeObject & {
    spec: { namespace?: string };
  };
  const { namespace = "" } = review.spec;
  if (namespace === "") throw badRequest("no namespace on request");
  const rules = services.rbac.rulesOf(request.user, namespace);
  return answer(request, review, rulesStatus(rules));
});

function create(action: Action): Behaviour {
  return { actions: { "": { create: action } } };
}

function subjectOf(request: ResourceRequest, { spec }: Review): User {
  const errors = new FieldErrors();
  if ((spec.user ?? "") === "" && (spec.groups ?? []).length === 0) {
    errors.invalid("spec.user", "", "at least one of user or group must be specified");
  }
  checkAttributes(request, spec, errors);
  return { name: spec.user ?? "", uid: spec.uid ?? "", groups: spec.groups ?? [], extra: spec.extra ?? {} };
}

function checkAttributes(request: ResourceRequest, spec: ReviewSpec, errors: FieldErrors): void {
  const [resource, path] = [spec.resourceAttributes ?? undefined, spec.nonResourceAttributes ?? undefined];
  if (resource !== undefined && path !== undefined) {
    errors.invalid(
      "spec.nonResourceAttributes",
      path,
      "cannot be specified in combination with resourceAttributes",
    );
  }
  if (resource === undefined && path === undefined) {
    errors.invalid(
      "spec.resourceAttributes",
      null,
      "exactly one of nonResourceAttributes or resourceAttributes must be specified",
    );
  }
  if (!errors.empty)
    throw invalid({ group: request.resource.group, kind: request.resource.kind }, "", errors);
}

function decided(request: ResourceRequest, review: Review, user: User, services: ServerServices): Outcome {
  const decision = services.authorizers.authorize(attributesOf(review.spec, user));
  const { allowed, reason } = decision;
  return answer(request, review, { allowed, ...(reason === "" ? {} : { reason }) });
}

function attributesOf({ resourceAttributes, nonResourceAttributes }: ReviewSpec, user: User): Attributes {
  const {
    namespace = "",
    verb = "",
    group = "",
    version = "",
    resource = "",
    subresource = "",
    name = "",
  } = resourceAttributes ?? {};
  const isResource = resourceAttributes !== undefined && resourceAttributes !== null;
  return {
    user,
    verb: isResource ? verb : (nonResourceAttributes?.verb ?? ""),
    isResource,
    group,
    version,
    plural: resource,
    subresource,
    namespace,
    name,
    path: nonResourceAttributes?.path ?? "",
    fieldSelector: "",
  };
}

function rulesStatus(rules: readonly PolicyRule[]): unknown {
  const resourceRules = rules
    .filter((rule) => (rule.resources ?? []).length > 0)
    .map(({ nonResourceURLs: _urls, ...rule }) => rule);
  const nonResourceRules = rules
    .filter((rule) => (rule.nonResourceURLs ?? []).length > 0)
    .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs }));
  return { resourceRules, nonResourceRules, incomplete: false };
}

function answer(request: ResourceRequest, review: KubeObject, status: unknown): Outcome {
  const metadata = { ...review.metadata, creationTimestamp: null };
  return plain(request.resource, { ...review, metadata, status }, 201);
}
