/** Reviews of authentication: whose token is this, and who am I. */
import { authentication, badRequest, rfc3339 } from "#api";
import { plain } from "../registry/outcome.ts";
import { userInfo } from "../user.ts";
import type { Behaviour } from "./behaviour.ts";
import { readReview, reviewed } from "./review-body.ts";

export const tokenReviews: Behaviour = {
  actions: {
    "": {
      async create(registry, request, { authenticator }) {
        const review = await readReview(registry, request, authentication.TokenReview);
        const token = review.spec.token ?? "";
        if (token === "") throw badRequest("token is required for TokenReview in authentication");
        const asked = review.spec.audiences ?? [];
        const proof = authenticator.ofToken(token, asked.length === 0 ? undefined : asked);
        if (proof === undefined)
          return reviewed(request, review, { user: {}, error: "invalid bearer token" });
        const audiences = proof.audiences.length === 0 ? {} : { audiences: proof.audiences };
        return reviewed(request, review, { authenticated: true, user: userInfo(proof.user), ...audiences });
      },
    },
  },
};

export const selfSubjectReviews: Behaviour = {
  actions: {
    "": {
      async create(registry, request) {
        const { kind, apiVersion } = await readReview(registry, request, authentication.SelfSubjectReview);
        const metadata = { creationTimestamp: rfc3339(request.now) };
        return plain(
          request.resource,
          { kind, apiVersion, metadata, status: { userInfo: userInfo(request.user) } },
          201,
        );
      },
    },
  },
};
