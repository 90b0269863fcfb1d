/**
 * Acting as somebody else: `Impersonate-User`, `-Group`, `-Uid` and `-Extra-*`. Each part needs the
 * `impersonate` verb on its resource, asked before anything else is decided about the request.
 */
import { forbidden, internal } from "#api";
import type { Call } from "../call.ts";
import type { Attributes } from "../authz/attributes.ts";
import { refusal } from "../authz/attributes.ts";
import type { AuthorizerChain } from "../authz/chain.ts";
import { AUTHENTICATED, SERVICE_ACCOUNTS, UNAUTHENTICATED, type User, serviceAccountOf } from "../user.ts";

const USER = "impersonate-user";
const GROUP = "impersonate-group";
const UID = "impersonate-uid";
const EXTRA = "impersonate-extra-";
const AUTHENTICATION = "authentication.k8s.io";

/**
 * The user to go on as: the caller himself when nothing is asked. Throws 403, or 500 for parts without a
 * user.
 */
export function impersonated(call: Call, user: User, authorizers: AuthorizerChain): User {
  const headers = call.headers("impersonate-");
  if (headers.length === 0) return user;
  const values = (name: string): string[] =>
    headers.filter(([key]) => key === name).map(([, value]) => value);
  const name = values(USER)[0] ?? "";
  const groups = values(GROUP);
  const uid = values(UID)[0] ?? "";
  const extra: Record<string, string[]> = {};
  for (const [key, value] of headers) {
    if (!key.startsWith(EXTRA)) continue;
    const field = decoded(key.slice(EXTRA.length));
    (extra[field] ??= []).push(value);
  }
  if (name === "") throw internal("impersonation requires a user name");
  const check = (attributes: Partial<Attributes>): void => {
    const asked = { ...base, user, ...attributes };
    if (!authorizers.authorize(asked).allowed) {
      throw forbidden({ group: asked.group, plural: asked.plural }, asked.name, refusal(asked));
    }
  };
  const account = serviceAccountOf(name);
  if (account === undefined) check({ plural: "users", name });
  else check({ plural: "serviceaccounts", namespace: account.namespace, name: account.name });
  for (const group of groups) check({ plural: "groups", name: group });
  if (uid !== "") check({ group: AUTHENTICATION, plural: "uids", name: uid });
  for (const [key, all] of Object.entries(extra)) {
    for (const one of all)
      check({ group: AUTHENTICATION, plural: "userextras", subresource: key, name: one });
  }
  const own =
    account === undefined || groups.length > 0
      ? groups
      : [SERVICE_ACCOUNTS, `${SERVICE_ACCOUNTS}:${account.namespace}`];
  const isAnonymous = name === "system:anonymous" || own.includes(UNAUTHENTICATED);
  const all = isAnonymous || own.includes(AUTHENTICATED) ? own : [...own, AUTHENTICATED];
  return {
    name,
    uid,
    groups: isAnonymous && !all.includes(UNAUTHENTICATED) ? [...all, UNAUTHENTICATED] : all,
    extra,
  };
}

/** What is no escape stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const base = {
  verb: "impersonate",
  isResource: true,
  group: "",
  version: "v1",
  plural: "",
  subresource: "",
  namespace: "",
  name: "",
  path: "",
  fieldSelector: "",
};
