/**
 * RBAC rules: whether one allows a request, and whether a set of them covers another (upstream's escalation
 * check). Source: rbac.authorization.k8s.io/v1.
 */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[] | undefined;
  readonly resources?: readonly string[] | undefined;
  readonly resourceNames?: readonly string[] | undefined;
  readonly nonResourceURLs?: readonly string[] | undefined;
}

/** The part of a request that rules speak of. */
export interface Asked {
  readonly verb: string;
  readonly isResource: boolean;
  readonly group: string;
  readonly plural: string;
  readonly subresource: string;
  readonly name: string;
  readonly path: string;
}

const ALL = "*";

export function ruleAllows(rule: PolicyRule, asked: Asked): boolean {
  if (!has(rule.verbs, asked.verb)) return false;
  if (!asked.isResource) return (rule.nonResourceURLs ?? []).some((url) => urlMatches(url, asked.path));
  if (!has(rule.apiGroups ?? [], asked.group)) return false;
  if (!resourceMatches(rule.resources ?? [], asked.plural, asked.subresource)) return false;
  const names = rule.resourceNames ?? [];
  return names.length === 0 || names.includes(asked.name);
}

function has(values: readonly string[], wanted: string): boolean {
  return values.includes(ALL) || values.includes(wanted);
}

function resourceMatches(resources: readonly string[], plural: string, subresource: string): boolean {
  const combined = subresource === "" ? plural : `${plural}/${subresource}`;
  for (const one of resources) {
    if (one === ALL || one === combined) return true;
    if (subresource !== "" && one === `*/${subresource}`) return true;
  }
  return false;
}

function urlMatches(url: string, path: string): boolean {
  if (url === ALL || url === path) return true;
  return url.endsWith("*") && path.startsWith(url.slice(0, -1));
}

/**
 * The rules of `wanted` that `owned` does not cover, one atom at a time (one verb, group, resource and
 * name).
 */
export function uncovered(
  owned: readonly PolicyRule[],
  wanted: readonly PolicyRule[],
): readonly PolicyRule[] {
  const missing: PolicyRule[] = [];
  for (const rule of wanted) {
    for (const atom of atoms(rule)) {
      if (!owned.some((owner) => ruleCovers(owner, atom))) missing.push(atom);
    }
  }
  return missing;
}

function* atoms(rule: PolicyRule): Iterable<PolicyRule> {
  for (const verb of rule.verbs) {
    for (const url of rule.nonResourceURLs ?? []) yield { verbs: [verb], nonResourceURLs: [url] };
    for (const group of rule.apiGroups ?? []) {
      for (const resource of rule.resources ?? []) {
        const base = { verbs: [verb], apiGroups: [group], resources: [resource] };
        const names = rule.resourceNames ?? [];
        if (names.length === 0) yield base;
        for (const name of names) yield { ...base, resourceNames: [name] };
      }
    }
  }
}

function ruleCovers(owner: PolicyRule, atom: PolicyRule): boolean {
  const verb = atom.verbs[0] ?? "";
  if (!has(owner.verbs, verb)) return false;
  const url = atom.nonResourceURLs?.[0];
  if (url !== undefined) return (owner.nonResourceURLs ?? []).some((one) => urlCovers(one, url));
  if (!has(owner.apiGroups ?? [], atom.apiGroups?.[0] ?? "")) return false;
  const [plural = "", subresource = ""] = (atom.resources?.[0] ?? "").split("/");
  if (!resourceMatches(owner.resources ?? [], plural, subresource)) return false;
  const names = owner.resourceNames ?? [];
  const name = atom.resourceNames?.[0];
  return names.length === 0 || (name !== undefined && names.includes(name));
}

function urlCovers(owner: string, url: string): boolean {
  if (owner === ALL || owner === url) return true;
  return owner.endsWith("*") && url.replace(/\*$/, "").startsWith(owner.slice(0, -1));
}
