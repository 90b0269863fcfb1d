/** Asks authorizers in order; the first opinion decides, and no opinion is a refusal. */
import { MASTERS } from "../user.ts";
import type { Attributes, Authorizer, Decision } from "./attributes.ts";

/**
 * Members of `system:masters` may do everything, whatever the policy says, so that nobody locks himself
 * out.
 */
export const masters: Authorizer = {
  authorize(attributes: Attributes): Decision | undefined {
    return attributes.user.groups.includes(MASTERS) ? { allowed: true, reason: "" } : undefined;
  },
};

export class AuthorizerChain {
  readonly #authorizers: readonly Authorizer[];

  constructor(authorizers: readonly Authorizer[]) {
    this.#authorizers = authorizers;
  }

  authorize(attributes: Attributes): Decision {
    for (const authorizer of this.#authorizers) {
      const decision = authorizer.authorize(attributes);
      if (decision !== undefined) return decision;
    }
    return { allowed: false, reason: "" };
  }
}
