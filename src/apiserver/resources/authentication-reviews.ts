/** Reviews of authentication: whose token is this, and who am I. */
import { FieldErrors, authentication, invalid } from "#api";
import { decodeAs } from "../registry/decoding.ts";
import { plain } from "../registry/outcome.ts";
import { userInfo } from "../user.ts";
import type { Behaviour } from "./behaviour.ts";

export const tokenReviews: Behaviour = {
  actions: {
    "": {
      async create(_registry, request, { authenticator }) {
        const review = await decodeAs(request, authentication.TokenReview);
        const token = review.spec.token ?? "";
        if (token === "") {
          const errors = new FieldErrors();
          errors.required("spec.token", "token is required for TokenReview in authentication");
          throw invalid({ group: "authentication.k8s.io", kind: "TokenReview" }, "", errors);
        }
        const asked = review.spec.audiences ?? [];
        const proof = authenticator.ofToken(token, asked.length === 0 ? undefined : asked);
        const metadata = { ...review.metadata, creationTimestamp: null };
        const status =
          proof === undefined
            ? { user: {}, error: "the token is not valid for this server" }
            : {
                authenticated: true,
                user: userInfo(proof.user),
                ...(proof.audiences.length === 0 ? {} : { audiences: proof.audiences }),
              };
        return plain(request.resource, { ...review, metadata, status }, 201);
      },
    },
  },
};

export const selfSubjectReviews: Behaviour = {
  actions: {
    "": {
      async create(_registry, request) {
        const review = await decodeAs(request, authentication.SelfSubjectReview);
        const metadata = { ...review.metadata, creationTimestamp: null };
        return plain(
          request.resource,
          { ...review, metadata, status: { userInfo: userInfo(request.user) } },
          201,
        );
      },
    },
  },
};
