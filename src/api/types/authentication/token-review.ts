/**
 * Asking whose token it is.
 * A table of authentication.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  bool,
  field,
  kind,
  message,
  omitempty,
  type Plain,
  type Shape,
  string,
  struct,
} from "../../schema/mod.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { UserInfo } from "./user-info.ts";

export interface SelfSubjectReviewStatus extends Shape<typeof SelfSubjectReviewStatus>, Plain {}
export const SelfSubjectReviewStatus = message<SelfSubjectReviewStatus>("SelfSubjectReviewStatus")({
  userInfo: struct(1, UserInfo),
});

export interface SelfSubjectReview extends Shape<typeof SelfSubjectReview>, Plain {}
export const SelfSubjectReview = kind<SelfSubjectReview>(
  "authentication.k8s.io/v1",
  "SelfSubjectReview",
)({
  metadata: struct(1, ObjectMeta),
  status: struct(2, SelfSubjectReviewStatus),
});

export interface TokenReviewSpec extends Shape<typeof TokenReviewSpec>, Plain {}
export const TokenReviewSpec = message<TokenReviewSpec>("TokenReviewSpec")({
  token: omitempty(1, string, { required: true }),
  audiences: omitempty(2, atomic(string)),
});

export interface TokenReviewStatus extends Shape<typeof TokenReviewStatus>, Plain {}
export const TokenReviewStatus = message<TokenReviewStatus>("TokenReviewStatus")({
  authenticated: omitempty(1, bool),
  user: struct(2, UserInfo),
  audiences: omitempty(4, atomic(string)),
  error: omitempty(3, string),
});

export interface TokenReview extends Shape<typeof TokenReview>, Plain {}
export const TokenReview = kind<TokenReview>(
  "authentication.k8s.io/v1",
  "TokenReview",
)({
  metadata: struct(1, ObjectMeta),
  spec: field(2, TokenReviewSpec),
  status: struct(3, TokenReviewStatus),
});
