/** The reviews of authentication.k8s.io: who a token is, and who I am. They are only called. */
import type { Resource } from "../../resource.ts";
import { SelfSubjectReview, TokenReview } from "../../types/authentication/mod.ts";
import { define } from "../define.ts";

export const selfSubjectReviews: Resource<SelfSubjectReview> = define({
  type: SelfSubjectReview,
  plural: "selfsubjectreviews",
  namespaced: false,
  storage: false,
  columns: [],
});

export const tokenReviews: Resource<TokenReview> = define({
  type: TokenReview,
  plural: "tokenreviews",
  namespaced: false,
  storage: false,
  columns: [],
});
