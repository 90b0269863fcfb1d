/**
 * Who calls: the outcome of authentication, as `UserInfo` on the wire. Names and groups beginning with
 * `system:` are Kubernetes' own.
 */
export interface User {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

export const MASTERS = "system:masters";
export const AUTHENTICATED = "system:authenticated";
export const UNAUTHENTICATED = "system:unauthenticated";
export const SERVICE_ACCOUNTS = "system:serviceaccounts";
export const NODES = "system:nodes";

const SERVICE_ACCOUNT_PREFIX = "system:serviceaccount:";
const NODE_PREFIX = "system:node:";

export const anonymous: User = userOf("system:anonymous", [UNAUTHENTICATED]);

/** A user with the given groups and nothing else. */
export function userOf(name: string, groups: readonly string[] = [], uid = ""): User {
  return { name, uid, groups, extra: {} };
}

/** Adds `system:authenticated`, as every proved identity has it. */
export function authenticated(user: User): User {
  if (user.groups.includes(AUTHENTICATED)) return user;
  return { ...user, groups: [...user.groups, AUTHENTICATED] };
}

/** The identity of a service account. */
export function serviceAccountUser(namespace: string, name: string, uid = ""): User {
  const groups = [SERVICE_ACCOUNTS, `${SERVICE_ACCOUNTS}:${namespace}`, AUTHENTICATED];
  return userOf(`${SERVICE_ACCOUNT_PREFIX}${namespace}:${name}`, groups, uid);
}

/** Takes `system:serviceaccount:ns:name` apart. */
export function serviceAccountOf(userName: string): { namespace: string; name: string } | undefined {
  if (!userName.startsWith(SERVICE_ACCOUNT_PREFIX)) return undefined;
  const [namespace, name, ...rest] = userName.slice(SERVICE_ACCOUNT_PREFIX.length).split(":");
  if (namespace === undefined || name === undefined || rest.length > 0) return undefined;
  if (namespace === "" || name === "") return undefined;
  return { namespace, name };
}

/** The node whose kubelet this is: a member of `system:nodes` named `system:node:<name>`. */
export function nodeOf(user: User): string | undefined {
  if (!user.groups.includes(NODES) || !user.name.startsWith(NODE_PREFIX)) return undefined;
  return user.name.slice(NODE_PREFIX.length);
}

/** The wire form (`UserInfo`), with empty parts left out. */
export function userInfo(user: User): Record<string, unknown> {
  return {
    username: user.name,
    ...(user.uid === "" ? {} : { uid: user.uid }),
    groups: user.groups,
    ...(Object.keys(user.extra).length === 0 ? {} : { extra: user.extra }),
  };
}
