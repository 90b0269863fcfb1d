/** Validation of flow schemas: whose requests, which requests, and where they go. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { dnsLabel, dnsSubdomain } from "../../names/dns.ts";
import { catchAllSchema, exemptSchema, validateFixed } from "./mandatory.ts";
import {
  type FlowSchema,
  type NonResourcePolicyRule,
  type PolicyRulesWithSubjects,
  type ResourcePolicyRule,
  type Subject,
  FlowSchemaSpec,
} from "./flow-schema.ts";

const maxPrecedence = 10_000;
/** Of rules for paths too, as upstream has it. */
const verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];
const methods = ["ByNamespace", "ByUser"];

export function validateFlowSchema({ metadata, spec }: FlowSchema, errors: FieldErrors): void {
  const { matchingPrecedence: precedence, distinguisherMethod: method } = spec;
  const path = "spec.matchingPrecedence";
  if (precedence <= 0) errors.invalid(path, precedence, "must be a positive value");
  if (precedence > maxPrecedence)
    errors.invalid(path, precedence, `must not be greater than ${maxPrecedence}`);
  if (precedence === 1 && metadata.name !== "exempt")
    errors.invalid(path, precedence, "only the schema named 'exempt' may have matchingPrecedence 1");
  if (method !== undefined && !methods.includes(method.type)) {
    errors.notSupported("spec.distinguisherMethod.type", method.type, methods);
  }
  const level = spec.priorityLevelConfiguration.name;
  if (level === "")
    errors.required("spec.priorityLevelConfiguration.name", "must reference a priority level");
  else errors.invalidEach("spec.priorityLevelConfiguration.name", level, dnsSubdomain(level));
  for (const [i, rule] of (spec.rules ?? []).entries()) validateRule(rule, at("spec.rules", i), errors);
  if (metadata.name === "exempt") validateFixed(FlowSchemaSpec, spec, exemptSchema, errors);
  if (metadata.name === "catch-all") validateFixed(FlowSchemaSpec, spec, catchAllSchema, errors);
}

function validateRule(rule: PolicyRulesWithSubjects, path: string, errors: FieldErrors): void {
  const { subjects, resourceRules = [], nonResourceRules = [] } = rule;
  if ((subjects ?? []).length === 0)
    errors.required(at(path, "subjects"), "subjects must contain at least one value");
  for (const [i, subject] of (subjects ?? []).entries())
    validateSubject(subject, at(at(path, "subjects"), i), errors);
  if (resourceRules.length === 0 && nonResourceRules.length === 0) {
    errors.required(path, "at least one of resourceRules and nonResourceRules has to be non-empty");
  }
  for (const [i, one] of resourceRules.entries())
    validateResourceRule(one, at(at(path, "resourceRules"), i), errors);
  for (const [i, one] of nonResourceRules.entries())
    validateUrlRule(one, at(at(path, "nonResourceRules"), i), errors);
}

function validateSubject(subject: Subject, path: string, errors: FieldErrors): void {
  const { kind, user, group, serviceAccount } = subject;
  const present = { User: user, Group: group, ServiceAccount: serviceAccount };
  const fields = { User: "user", Group: "group", ServiceAccount: "serviceAccount" } as const;
  if (!Object.hasOwn(fields, kind)) return errors.notSupported(at(path, "kind"), kind, Object.keys(fields));
  for (const [other, field] of Object.entries(fields)) {
    const value = present[other as keyof typeof present];
    if (other === kind && value === undefined)
      errors.required(at(path, field), `is required when subject kind is '${kind}'`);
    if (other !== kind && value !== undefined)
      errors.forbidden(at(path, field), `is forbidden when subject kind is not '${other}'`);
  }
  if (kind === "User" && user?.name === "") errors.required(at(path, "user.name"));
  if (kind === "Group" && group?.name === "") errors.required(at(path, "group.name"));
  if (kind !== "ServiceAccount" || serviceAccount === undefined) return;
  if (serviceAccount.name === "") errors.required(at(path, "serviceAccount.name"));
  else if (serviceAccount.name !== "*")
    errors.invalidEach(
      at(path, "serviceAccount.name"),
      serviceAccount.name,
      dnsSubdomain(serviceAccount.name),
    );
  if (serviceAccount.namespace === "")
    errors.required(at(path, "serviceAccount.namespace"), "must specify namespace for service account");
  else
    errors.invalidEach(
      at(path, "serviceAccount.namespace"),
      serviceAccount.namespace,
      dnsLabel(serviceAccount.namespace),
    );
}

function validateVerbs(given: readonly string[], path: string, errors: FieldErrors): void {
  if (given.length === 0) errors.required(path, "verbs must contain at least one value");
  else if (given.includes("*")) {
    if (given.length > 1) errors.invalid(path, given, "if '*' is present, must not specify other verbs");
  } else if (!given.every((verb) => verbs.includes(verb))) errors.notSupported(path, given, verbs);
}

function validateResourceRule(rule: ResourcePolicyRule, path: string, errors: FieldErrors): void {
  validateVerbs(rule.verbs ?? [], at(path, "verbs"), errors);
  for (const field of ["apiGroups", "resources"] as const) {
    const values = rule[field] ?? [];
    if (values.length === 0) errors.required(at(path, field), `${field} must contain at least one value`);
    else if (values.length > 1 && values.includes("*"))
      errors.invalid(at(path, field), values, "if '*' is present, must not specify other values");
  }
  const namespaces = rule.namespaces ?? [];
  if (namespaces.length === 0 && !rule.clusterScope) {
    errors.required(
      at(path, "namespaces"),
      "resource rules that are not cluster scoped must supply at least one namespace",
    );
  } else if (namespaces.includes("*")) {
    if (namespaces.length > 1)
      errors.invalid(
        at(path, "namespaces"),
        namespaces,
        "if '*' is present, must not specify other namespaces",
      );
  } else {
    for (const [i, namespace] of namespaces.entries()) {
      errors.invalidEach(at(at(path, "namespaces"), i), namespace, dnsLabel(namespace));
    }
  }
}

function validateUrlRule(rule: NonResourcePolicyRule, path: string, errors: FieldErrors): void {
  const urls = rule.nonResourceURLs ?? [];
  const list = at(path, "nonResourceURLs");
  validateVerbs(rule.verbs ?? [], at(path, "verbs"), errors);
  if (urls.length === 0) return errors.required(list, "nonResourceURLs must contain at least one value");
  if (urls.includes("*")) {
    if (urls.length > 1)
      errors.invalid(list, urls, "if '*' is present, must not specify other non-resource URLs");
    return;
  }
  for (const [i, url] of urls.entries()) {
    const good =
      url.startsWith("/") && !url.includes("//") && !url.includes(" ") && !url.slice(0, -1).includes("*");
    if (!good || (url.endsWith("*") && !url.endsWith("/*"))) {
      errors.invalid(at(list, i), url, "must be an absolute path, with '*' only as its last step");
    }
  }
}

/** Shared with priority levels, whose status is the same. */
export function validateFlowStatus(
  { status }: { readonly status: { readonly conditions?: readonly { readonly type?: string }[] } },
  _old: unknown,
  errors: FieldErrors,
): void {
  const types = new Set<string>();
  for (const [i, { type = "" }] of (status.conditions ?? []).entries()) {
    const path = at(at("status.conditions", i), "type");
    if (types.has(type)) errors.duplicate(path, type);
    types.add(type);
    if (type === "") errors.required(path, "must not be empty");
  }
}
