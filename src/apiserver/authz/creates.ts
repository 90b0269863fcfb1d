/** The right to create, asked of requests that create under another verb: an apply, some PUTs, an exec that begins with a GET. */
import type { ResourceRequest } from "../registry/resource-request.ts";
import { attributesOf, refused } from "./attributes.ts";
import type { AuthorizerChain } from "./chain.ts";

/** Throws 403. A request whose verb is create has been asked at the gate. */
export function checkMayCreate(authorizers: AuthorizerChain, request: ResourceRequest): void {
  const { info, user } = request;
  if (info.verb === "create") return;
  const attributes = attributesOf(user, { ...info, verb: "create" });
  if (!authorizers.authorize(attributes).allowed) throw refused(attributes);
}
