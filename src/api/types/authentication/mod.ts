/** The types of authentication.k8s.io/v1: each name is a type and its table. */
export { BoundObjectReference, TokenRequest, TokenRequestSpec, TokenRequestStatus } from "./token-request.ts";
export {
  SelfSubjectReview,
  SelfSubjectReviewStatus,
  TokenReview,
  TokenReviewSpec,
  TokenReviewStatus,
} from "./token-review.ts";
export { UserInfo } from "./user-info.ts";
