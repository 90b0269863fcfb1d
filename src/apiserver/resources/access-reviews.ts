/** The four access reviews: questions to the authorizers, asked for oneself or for anybody. */
import { FieldErrors, type KubeObject, authorization, badRequest } from "#api";
import type { Attributes } from "../authz/attributes.ts";
import type { PolicyRule } from "../authz/rules.ts";
import type { Outcome } from "../registry/outcome.ts";
import type { ResourceRequest } from "../registry/resource-request.ts";
import { NODES, type User } from "../user.ts";
import type { Action, Behaviour } from "./behaviour.ts";
import { checkBareMetadata, readReview, refuseReview, reviewed } from "./review-body.ts";
import type { ServerServices } from "./server-services.ts";

interface ReviewSpec {
  readonly user?: string;
  readonly uid?: string;
  readonly groups?: readonly string[] | null;
  readonly extra?: Readonly<Record<string, readonly string[] | null>> | null;
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

export const subjectAccessReviews: Behaviour = create(async (registry, request, services) => {
  const review = (await readReview(
    registry,
    request,
    authorization.SubjectAccessReview,
  )) as unknown as Review;
  const errors = checkReview(review, true);
  refuseReview(request, errors);
  return decided(request, review, subjectOf(review), services);
});

export const localSubjectAccessReviews: Behaviour = create(async (registry, request, services) => {
  const review = (await readReview(
    registry,
    request,
    authorization.LocalSubjectAccessReview,
  )) as unknown as Review;
  const errors = checkReview(review, true);
  const { resourceAttributes, nonResourceAttributes } = review.spec;
  const namespace = resourceAttributes?.namespace ?? "";
  if (resourceAttributes && namespace !== request.info.namespace) {
    errors.invalid("spec.resourceAttributes.namespace", namespace, "must match metadata.namespace");
  }
  if (nonResourceAttributes) {
    errors.invalid("spec.nonResourceAttributes", nonResourceAttributes, "disallowed on this kind of request");
  }
  refuseReview(request, errors);
  return decided(request, review, subjectOf(review), services);
});

export const selfSubjectAccessReviews: Behaviour = create(async (registry, request, services) => {
  const review = (await readReview(
    registry,
    request,
    authorization.SelfSubjectAccessReview,
  )) as unknown as Review;
  refuseReview(request, checkReview(review, false));
  return decided(request, review, request.user, services);
});

export const selfSubjectRulesReviews: Behaviour = create(async (registry, request, services) => {
  const review = await readReview(registry, request, authorization.SelfSubjectRulesReview);
  const { namespace = "" } = review.spec;
  if (namespace === "") throw badRequest("no namespace on request");
  const status = rulesStatus(services.rbac.rulesOf(request.user, namespace));
  // What nodes may do beyond their roles is not told by rules; and the answer is all status.
  const told = request.user.groups.includes(NODES) ? { ...status, ...beyondRules } : status;
  return reviewed(
    request,
    { kind: review.kind, apiVersion: review.apiVersion, metadata: {}, spec: {} } as Bare,
    told,
  );
});

function create(action: Action): Behaviour {
  return { actions: { "": { create: action } } };
}

function checkReview({ spec, ...review }: Review, namesSubject: boolean): FieldErrors {
  const errors = new FieldErrors();
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
  if (namesSubject && (spec.user ?? "") === "" && (spec.groups ?? []).length === 0) {
    errors.invalid("spec.user", "", "at least one of user or group must be specified");
  }
  checkBareMetadata(review, errors);
  return errors;
}

function subjectOf({ spec }: Review): User {
  const extra = Object.entries(spec.extra ?? {}).map(([key, values]) => [key, values ?? []] as const);
  return {
    name: spec.user ?? "",
    uid: spec.uid ?? "",
    groups: spec.groups ?? [],
    extra: Object.fromEntries(extra),
  };
}

function decided(request: ResourceRequest, review: Review, user: User, services: ServerServices): Outcome {
  const { allowed, reason } = services.authorizers.authorize(attributesOf(review.spec, user));
  return reviewed(request, review, { allowed, ...(reason === "" ? {} : { reason }) });
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

type Bare = KubeObject & { readonly spec: object };

const beyondRules = {
  incomplete: true,
  evaluationError: "node authorizer does not support user rule resolution",
};

function rulesStatus(rules: readonly PolicyRule[]): object {
  const resourceRules = rules
    .filter((rule) => (rule.resources ?? []).length > 0)
    .map(({ nonResourceURLs: _urls, ...rule }) => rule);
  const nonResourceRules = rules
    .filter((rule) => (rule.nonResourceURLs ?? []).length > 0)
    .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs }));
  return { resourceRules, nonResourceRules, incomplete: false };
}
