/**
 * Acting as somebody else: `Impersonate-User`, `-Group`, `-Uid` and `-Extra-*`, asked before anything else is decided about
 * the request. A constrained mode lets someone do this one request as such a user: it needs `impersonate-on:MODE:VERB` on
 * what is requested, and `impersonate:MODE` on each part of the user (KEP-5284). Without one, each part needs `impersonate`.
 */
import { badRequest, domainPrefixedPath, dnsSubdomain } from "#api";
import { type Attributes, attributesOf, refused } from "../authz/attributes.ts";
import type { AuthorizerChain } from "../authz/chain.ts";
import type { Call } from "../call.ts";
import type { RequestInfo } from "../request-info.ts";
import {
  AUTHENTICATED,
  MASTERS,
  NODES,
  SERVICE_ACCOUNTS,
  serviceAccountOf,
  UNAUTHENTICATED,
  type User,
} from "../user.ts";

const EXTRA = "impersonate-extra-";
const AUTHENTICATION = "authentication.k8s.io";
const NODE_PREFIX = "system:node:";
const ANONYMOUS = "system:anonymous";

/** The user to go on as: the caller himself when nothing is asked. Throws 403, or 400 for parts without a user. */
export function impersonated(
  call: Call,
  caller: User,
  info: RequestInfo,
  authorizers: AuthorizerChain,
): User {
  const headers = call.headers("impersonate-");
  if (headers.length === 0) return caller;
  const wanted = wantedUser(headers);
  if (wanted === undefined) return caller;
  const request = attributesOf(caller, info);
  let first: Question | undefined;
  for (const mode of modes) {
    if (!mode.applies(wanted, caller)) continue;
    const denied = mode
      .questions(wanted, request)
      .find(({ asked, never }) => never !== undefined || !authorizers.authorize(asked).allowed);
    if (denied === undefined) return complete({ ...wanted, groups: mode.groups(wanted) });
    first ??= denied;
  }
  const { asked = request, never } = first ?? {};
  throw refused(asked, never);
}

/** As the headers say it; undefined when they say nothing. */
function wantedUser(headers: readonly (readonly [string, string])[]): User | undefined {
  const values = (name: string): string[] =>
    headers.filter(([key]) => key === name).map(([, value]) => value);
  const name = values("impersonate-user")[0] ?? "";
  const groups = values("impersonate-group");
  const uid = values("impersonate-uid")[0] ?? "";
  const extra: Record<string, string[]> = {};
  for (const [key, value] of headers) {
    if (key.startsWith(EXTRA)) (extra[decoded(key.slice(EXTRA.length))] ??= []).push(value);
  }
  const wanted = { name, uid, groups, extra };
  if (name !== "") return wanted;
  if (isBare(wanted)) return undefined;
  throw badRequest("parts of a user are to be impersonated without the name of one");
}

/** What an authorizer is asked; `never`: why it is refused whatever he says. */
interface Question {
  readonly asked: Attributes;
  readonly never?: string | undefined;
}

interface Mode {
  applies(wanted: User, caller: User): boolean;
  /** All have to be answered with yes. */
  questions(wanted: User, request: Attributes): readonly Question[];
  groups(wanted: User): readonly string[];
}

function constrained(mode: string, applies: Mode["applies"], nodeName?: string): Mode {
  return {
    applies,
    questions: (wanted, request) => [
      { asked: { ...request, verb: `impersonate-on:${mode}:${request.verb}` } },
      ...partsOf(wanted, {
        user: request.user,
        verb: `impersonate:${mode}`,
        group: AUTHENTICATION,
        nodeName,
      }),
    ],
    groups: (wanted) => (nodeIn(wanted) === undefined ? accountGroups(wanted) : [NODES]),
  };
}

/** In the order in which they are tried. Nodes and accounts are impersonated by their names alone. */
const modes: readonly Mode[] = [
  constrained(
    "associated-node",
    (wanted, caller) =>
      isBare(wanted) &&
      serviceAccountOf(caller.name) !== undefined &&
      nodeIn(wanted) !== undefined &&
      caller.extra["authentication.kubernetes.io/node-name"]?.join() === nodeIn(wanted),
    // Whoever may, may on whichever node he runs.
    "*",
  ),
  constrained("arbitrary-node", (wanted) => isBare(wanted) && nodeIn(wanted) !== undefined),
  constrained("serviceaccount", (wanted) => isBare(wanted) && serviceAccountOf(wanted.name) !== undefined),
  constrained(
    "user-info",
    (wanted) => nodeIn(wanted) === undefined && serviceAccountOf(wanted.name) === undefined,
  ),
  {
    applies: () => true,
    questions: (wanted, { user }) => partsOf(wanted, { user, verb: "impersonate", group: "" }),
    groups: accountGroups,
  },
];

interface Asking {
  readonly user: User;
  readonly verb: string;
  /** Of users, groups and accounts. The constrained modes know nodes as such, and are stricter. */
  readonly group: "" | typeof AUTHENTICATION;
  readonly nodeName?: string | undefined;
}

function partsOf(wanted: User, { user, verb, group, nodeName }: Asking): readonly Question[] {
  const isStrict = group !== "";
  const ask = (part: Partial<Attributes>): Attributes => ({ ...nothing, user, verb, group, ...part });
  const account = serviceAccountOf(wanted.name);
  const node = isStrict ? nodeIn(wanted) : undefined;
  const named = account ?? { name: nodeName ?? node ?? wanted.name };
  const plural = account !== undefined ? "serviceaccounts" : node !== undefined ? "nodes" : "users";
  const extra = Object.entries(wanted.extra);
  return [
    { asked: ask({ plural, ...named }) },
    ...(wanted.uid === ""
      ? []
      : [{ asked: ask({ group: AUTHENTICATION, plural: "uids", name: wanted.uid }) }]),
    ...wanted.groups.map((name) => ({
      asked: ask({ plural: "groups", name }),
      never:
        isStrict && (name === "" || name === MASTERS) ? `the group "${name}" is nobody's to take` : undefined,
    })),
    ...extra.flatMap(([subresource, values]) =>
      values.map((name) => ({
        asked: ask({ group: AUTHENTICATION, plural: "userextras", subresource, name }),
        never: isStrict && !isExtra(subresource, name) ? "it is no extra of a user" : undefined,
      })),
    ),
  ];
}

function isExtra(key: string, value: string): boolean {
  return value !== "" && key === key.toLowerCase() && domainPrefixedPath(key).length === 0;
}

/** Those of a service account are known by its name. */
function accountGroups({ name, groups }: User): readonly string[] {
  const account = serviceAccountOf(name);
  if (account === undefined || groups.length > 0) return groups;
  return [SERVICE_ACCOUNTS, `${SERVICE_ACCOUNTS}:${account.namespace}`];
}

/** With the group that everybody has. */
function complete(user: User): User {
  const isAnonymous = user.name === ANONYMOUS || user.groups.includes(UNAUTHENTICATED);
  const group = isAnonymous ? UNAUTHENTICATED : AUTHENTICATED;
  return user.groups.includes(group) ? user : { ...user, groups: [...user.groups, group] };
}

function isBare({ uid, groups, extra }: User): boolean {
  return uid === "" && groups.length === 0 && Object.keys(extra).length === 0;
}

/** The node that a user is, by its name. */
function nodeIn({ name }: User): string | undefined {
  const node = name.startsWith(NODE_PREFIX) ? name.slice(NODE_PREFIX.length) : "";
  return node === "" || dnsSubdomain(node).length > 0 ? undefined : node;
}

/** What is no escape stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const nothing = {
  isResource: true,
  version: "v1",
  plural: "",
  subresource: "",
  namespace: "",
  name: "",
  path: "",
  fieldSelector: "",
};
