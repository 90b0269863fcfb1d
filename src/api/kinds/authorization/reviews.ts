/** The reviews of authorization.k8s.io: who may do what. They are only called. */
import type { Resource } from "../../resource.ts";
import {
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
} from "../../types/authorization/mod.ts";
import {
  validateLocalReview,
  validateSelfReview,
  validateSubjectReview,
} from "../../types/authorization/review-validation.ts";
import { define } from "../define.ts";

export const localSubjectAccessReviews: Resource<LocalSubjectAccessReview> = define({
  type: LocalSubjectAccessReview,
  plural: "localsubjectaccessreviews",
  namespaced: true,
  strategy: { validateCreate: validateLocalReview },
  storage: false,
  columns: [],
});

export const selfSubjectAccessReviews: Resource<SelfSubjectAccessReview> = define({
  type: SelfSubjectAccessReview,
  plural: "selfsubjectaccessreviews",
  namespaced: false,
  strategy: { validateCreate: validateSelfReview },
  storage: false,
  columns: [],
});

export const selfSubjectRulesReviews: Resource<SelfSubjectRulesReview> = define({
  type: SelfSubjectRulesReview,
  plural: "selfsubjectrulesreviews",
  namespaced: false,
  storage: false,
  columns: [],
});

export const subjectAccessReviews: Resource<SubjectAccessReview> = define({
  type: SubjectAccessReview,
  plural: "subjectaccessreviews",
  namespaced: false,
  strategy: { validateCreate: validateSubjectReview },
  storage: false,
  columns: [],
});
