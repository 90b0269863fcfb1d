/**
 * Finds the flow of a request: of the flow schemas, by precedence, the first with a rule for its user and for what it asks.
 * Which rules are for a user is found out once for each user, so that a request looks at a few only.
 */
import { type FlowSchema, flowcontrol } from "#api";
import type { RequestInfo } from "../request-info.ts";
import { serviceAccountOf, type User } from "../user.ts";
import type { Flow } from "./flow.ts";

type Rules = NonNullable<FlowSchema["spec"]["rules"]>[number];
type Subject = Rules["subjects"][number];

const ALL = "*";

/** One rule of a schema, ready to be asked. */
interface Rule {
  readonly flow: Flow;
  readonly subjects: readonly Subject[];
  readonly resources: readonly ResourceRule[];
  readonly paths: readonly PathRule[];
}

/** Absent: all. */
type Names = ReadonlySet<string> | undefined;

interface ResourceRule {
  readonly verbs: Names;
  readonly groups: Names;
  /** `pods` or `pods/status`. */
  readonly resources: Names;
  readonly clusterScope: boolean;
  readonly namespaces: Names;
}

interface PathRule {
  readonly verbs: Names;
  readonly paths: Names;
  /** Of paths that end in `/*`. */
  readonly prefixes: readonly string[];
}

/** The schemas of a server at one time. */
export class FlowSchemas {
  readonly #rules: readonly Rule[];
  readonly #last: Flow;
  readonly #ofUser = new WeakMap<User, readonly Rule[]>();

  /** `flowOf` absent for a schema: its level is not there, and it counts for nothing. The last is for all that no schema is for. */
  constructor(schemas: readonly FlowSchema[], flowOf: (schema: FlowSchema) => Flow | undefined, last: Flow) {
    const ordered = [...schemas].sort(byPrecedence);
    this.#rules = ordered.flatMap((schema) => {
      const flow = flowOf(schema);
      return flow === undefined ? [] : (schema.spec.rules ?? []).map((rules) => ruleOf(flow, rules));
    });
    this.#last = last;
  }

  flowOf(user: User, info: RequestInfo): Flow {
    let rules = this.#ofUser.get(user);
    if (rules === undefined) {
      rules = this.#rules.filter(({ subjects }) => subjects.some((subject) => isSubject(subject, user)));
      this.#ofUser.set(user, rules);
    }
    const asked = info.subresource === "" ? info.plural : `${info.plural}/${info.subresource}`;
    for (const { flow, resources, paths } of rules) {
      if (info.isResource) {
        for (const rule of resources) if (isForResource(rule, info, asked)) return flow;
      } else for (const rule of paths) if (isForPath(rule, info)) return flow;
    }
    return this.#last;
  }
}

function byPrecedence(a: FlowSchema, b: FlowSchema): number {
  const order = (a.spec.matchingPrecedence ?? 0) - (b.spec.matchingPrecedence ?? 0);
  return order || ((a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1);
}

function ruleOf(flow: Flow, { subjects, resourceRules = [], nonResourceRules = [] }: Rules): Rule {
  return {
    flow,
    subjects,
    resources: resourceRules.map((rule) => ({
      verbs: namesOf(rule.verbs),
      groups: namesOf(rule.apiGroups),
      resources: namesOf(rule.resources),
      clusterScope: rule.clusterScope ?? false,
      namespaces: namesOf(rule.namespaces ?? []),
    })),
    paths: nonResourceRules.map(({ verbs, nonResourceURLs }) => ({
      verbs: namesOf(verbs),
      paths: namesOf(nonResourceURLs),
      prefixes: nonResourceURLs.filter((path) => path.endsWith("/*")).map((path) => path.slice(0, -1)),
    })),
  };
}

function namesOf(names: readonly string[]): Names {
  return names.includes(ALL) ? undefined : new Set(names);
}

function isSubject({ kind, user: one, group, serviceAccount }: Subject, user: User): boolean {
  if (kind === "User") return one !== undefined && (one.name === ALL || one.name === user.name);
  if (kind === "Group")
    return group !== undefined && (group.name === ALL || user.groups.includes(group.name));
  const account = serviceAccountOf(user.name);
  if (account === undefined || account.namespace !== serviceAccount?.namespace) return false;
  return serviceAccount.name === ALL || serviceAccount.name === account.name;
}

function isForResource(rule: ResourceRule, info: RequestInfo, asked: string): boolean {
  if (!has(rule.verbs, info.verb) || !has(rule.groups, info.group) || !has(rule.resources, asked))
    return false;
  return info.namespace === "" ? rule.clusterScope : has(rule.namespaces, info.namespace);
}

function isForPath({ verbs, paths, prefixes }: PathRule, { verb, path }: RequestInfo): boolean {
  return has(verbs, verb) && (has(paths, path) || prefixes.some((prefix) => path.startsWith(prefix)));
}

function has(names: Names, name: string): boolean {
  return names === undefined || names.has(name);
}

/** What a server goes by that has no schemas yet: administrators go free, and all else is one flow. */
export const mandatorySchemas: readonly FlowSchema[] = [
  { name: "exempt", spec: flowcontrol.exemptSchema },
  { name: "catch-all", spec: flowcontrol.catchAllSchema },
].map(({ name, spec }) => ({
  apiVersion: "flowcontrol.apiserver.k8s.io/v1",
  kind: "FlowSchema",
  metadata: { name },
  spec,
  status: {},
}));
