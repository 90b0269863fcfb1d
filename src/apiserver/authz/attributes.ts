/** What is asked of an authorizer, and what it may answer. */
import { forbidden, StatusError } from "#api";
import type { RequestInfo } from "../request-info.ts";
import type { User } from "../user.ts";

/** One question. */
export interface Attributes {
  readonly user: User;
  readonly verb: string;
  readonly isResource: boolean;
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** For requests that are no resource requests. */
  readonly path: string;
  /** As sent with a list, watch or deletecollection; what the node authorizer narrows by. */
  readonly fieldSelector: string;
}

/** One opinion. */
export interface Decision {
  readonly allowed: boolean;
  /** Why, for audit and for SubjectAccessReview; may be empty. */
  readonly reason: string;
}

/** Answers `undefined` when it has no opinion. Synchronous: decisions come from memory. */
export interface Authorizer {
  authorize(attributes: Attributes): Decision | undefined;
}

/** The question that a request asks. */
export function attributesOf(user: User, info: RequestInfo): Attributes {
  return {
    user,
    verb: info.verb,
    isResource: info.isResource,
    group: info.group,
    version: info.version,
    plural: info.plural,
    subresource: info.subresource,
    namespace: info.namespace,
    name: info.name,
    path: info.path,
    fieldSelector: info.query.get("fieldSelector") ?? "",
  };
}

/** `User "x" cannot list resource "pods" in API group "" in the namespace "default"`. */
function refusal(attributes: Attributes): string {
  const { user, verb, group, plural, subresource, namespace } = attributes;
  if (!attributes.isResource) return `User "${user.name}" cannot ${verb} path "${attributes.path}"`;
  const resource = subresource === "" ? plural : `${plural}/${subresource}`;
  const scope = namespace === "" ? "at the cluster scope" : `in the namespace "${namespace}"`;
  return `User "${user.name}" cannot ${verb} resource "${resource}" in API group "${group}" ${scope}`;
}

/** 403 for what was asked; `reason`: what is to be said beside. */
export function refused(attributes: Attributes, reason = ""): StatusError {
  const detail = reason === "" ? refusal(attributes) : `${refusal(attributes)}: ${reason}`;
  if (attributes.isResource) return forbidden(attributes, attributes.name, detail);
  return new StatusError(403, "Forbidden", `forbidden: ${detail}`, {});
}
