/** Validation of webhook configurations. Conditions are compiled where CEL is. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { dns1035Label, dnsSubdomain } from "../../names/dns.ts";
import { portNumber } from "../../names/port.ts";
import { qualifiedName } from "../../names/qualified-name.ts";
import { validateLabelSelector } from "../../selectors/label-selector-validation.ts";
import type { MatchCondition } from "./match.ts";
import { validateRule } from "./rule-validation.ts";
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
  WebhookClientConfig,
} from "./webhook.ts";

type Webhook = ValidatingWebhook | MutatingWebhook;

const failurePolicies = ["Fail", "Ignore"];
const matchPolicies = ["Equivalent", "Exact"];
const sideEffects = ["None", "NoneOnDryRun"];
const reinvocations = ["IfNeeded", "Never"];
/** Versions of AdmissionReview that the server can send. */
export const reviewVersions: readonly string[] = ["v1", "v1beta1"];
const maxTimeoutSeconds = 30;
const maxConditions = 64;

export function validateValidatingWebhooks(
  { webhooks }: ValidatingWebhookConfiguration,
  errors: FieldErrors,
): void {
  validateAll(webhooks ?? [], errors, () => {});
}

export function validateMutatingWebhooks(
  { webhooks }: MutatingWebhookConfiguration,
  errors: FieldErrors,
): void {
  validateAll<MutatingWebhook>(webhooks ?? [], errors, ({ reinvocationPolicy: policy }, path) => {
    if (policy !== undefined && !reinvocations.includes(policy)) {
      errors.notSupported(at(path, "reinvocationPolicy"), policy, reinvocations);
    }
  });
}

function validateAll<T extends Webhook>(
  all: readonly T[],
  errors: FieldErrors,
  own: (webhook: T, path: string) => void,
): void {
  const names = new Set<string>();
  for (const [i, webhook] of all.entries()) {
    const path = at("webhooks", i);
    validateWebhook(webhook, path, errors);
    own(webhook, path);
    validateReviewVersions(
      webhook.admissionReviewVersions ?? [],
      at(path, "admissionReviewVersions"),
      errors,
    );
    if (names.has(webhook.name)) errors.duplicate(at(path, "name"), webhook.name);
    else if (webhook.name !== "") names.add(webhook.name);
  }
}

function validateWebhook(webhook: Webhook, path: string, errors: FieldErrors): void {
  validateName(webhook.name, at(path, "name"), errors);
  for (const [i, rule] of (webhook.rules ?? []).entries())
    validateRule(rule, at(at(path, "rules"), i), errors, { subresources: true });
  validateChoice(webhook.failurePolicy, failurePolicies, at(path, "failurePolicy"), errors);
  validateChoice(webhook.matchPolicy, matchPolicies, at(path, "matchPolicy"), errors);
  if (!webhook.sideEffects && webhook.sideEffects !== "") {
    errors.required(at(path, "sideEffects"), `must specify one of ${sideEffects.join(", ")}`);
  } else validateChoice(webhook.sideEffects, sideEffects, at(path, "sideEffects"), errors);
  const seconds = webhook.timeoutSeconds;
  if (seconds !== undefined && (seconds < 1 || seconds > maxTimeoutSeconds)) {
    errors.invalid(
      at(path, "timeoutSeconds"),
      seconds,
      `the timeout value must be between 1 and ${maxTimeoutSeconds} seconds`,
    );
  }
  validateLabelSelector(webhook.namespaceSelector, at(path, "namespaceSelector"), errors);
  validateLabelSelector(webhook.objectSelector, at(path, "objectSelector"), errors);
  validateClient(webhook.clientConfig, at(path, "clientConfig"), errors);
  validateMatchConditions(webhook.matchConditions ?? [], at(path, "matchConditions"), errors);
}

function validateChoice(
  value: string | undefined,
  choices: readonly string[],
  path: string,
  errors: FieldErrors,
): void {
  if (value !== undefined && !choices.includes(value)) errors.notSupported(path, value, choices);
}

/** At least three labels, so that names of several owners do not collide. */
function validateName(name: string, path: string, errors: FieldErrors): void {
  if (name === "") return errors.required(path);
  const complaints = dnsSubdomain(name);
  if (complaints.length > 0) return errors.invalidEach(path, name, complaints);
  if (name.split(".").length < 3)
    errors.invalid(path, name, "should be a domain with at least three segments separated by dots");
}

/** `known`: one of them is a version that the server can send. */
export function validateReviewVersions(
  versions: readonly string[],
  path: string,
  errors: FieldErrors,
  known = true,
): void {
  if (versions.length === 0) return errors.required(path, `must specify one of ${reviewVersions.join(", ")}`);
  for (const [i, version] of versions.entries()) {
    if (versions.indexOf(version) < i) errors.invalid(at(path, i), version, "duplicate version");
    else errors.invalidEach(at(path, i), version, dns1035Label(version));
  }
  if (known && !versions.some((version) => reviewVersions.includes(version))) {
    errors.invalid(path, versions, `must include at least one of ${reviewVersions.join(", ")}`);
  }
}

export function validateClient(client: WebhookClientConfig, path: string, errors: FieldErrors): void {
  const { url, service } = client;
  if ((url === undefined) === (service === undefined)) {
    errors.required(path, "exactly one of url or service is required");
  } else if (url !== undefined) validateUrl(url, at(path, "url"), errors);
  else if (service !== undefined) {
    const here = at(path, "service");
    if (service.name === "") errors.required(at(here, "name"), "service name is required");
    if (service.namespace === "") errors.required(at(here, "namespace"), "service namespace is required");
    if (service.path !== undefined) validatePath(service.path, at(here, "path"), errors);
    const port = service.port ?? 0;
    if (portNumber(port).length > 0) errors.invalid(at(here, "port"), port, "port is not valid");
  }
}

/** Each part that is missing or too much is a complaint of its own. */
function validateUrl(text: string, path: string, errors: FieldErrors): void {
  const match = /^([A-Za-z][A-Za-z0-9+.-]*:)?(\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(text);
  const form = "desired format: https://host[/path]";
  if (match === null || /[\s\x00-\x1f]/.test(match[3] ?? ""))
    return errors.required(path, `url must be a valid URL; ${form}`);
  const [, scheme, , authority = "", , query, fragment] = match;
  if (scheme?.toLowerCase() !== "https:")
    errors.invalid(path, text, `'https' is the only allowed URL scheme; ${form}`);
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  if (host === "") errors.invalid(path, text, `host must be specified; ${form}`);
  if (authority.includes("@")) errors.invalid(path, text, "user information is not permitted in the URL");
  if (fragment) errors.invalid(path, text, "fragments are not permitted in the URL");
  if (query) errors.invalid(path, text, "query parameters are not permitted in the URL");
}

function validatePath(text: string, path: string, errors: FieldErrors): void {
  if (!text.startsWith("/")) errors.invalid(path, text, "must start with a '/'");
  const steps = text.replace(/^\//, "").replace(/\/$/, "");
  if (text === "/" || text === "") return;
  for (const [i, step] of steps.split("/").entries()) {
    if (step === "") errors.invalid(path, text, `segment[${i}] may not be empty`);
    else errors.invalidEach(path, text, dnsSubdomain(step));
  }
}

export function validateMatchConditions(
  conditions: readonly MatchCondition[],
  path: string,
  errors: FieldErrors,
): void {
  if (conditions.length > maxConditions) errors.tooMany(path, conditions.length, maxConditions);
  const names = new Set<string>();
  for (const [i, { name, expression }] of conditions.entries()) {
    const here = at(path, i);
    if (expression.trim() === "") errors.required(at(here, "expression"));
    if (name === "") errors.required(at(here, "name"));
    else {
      errors.invalidEach(at(here, "name"), name, qualifiedName(name));
      if (names.has(name)) errors.duplicate(at(here, "name"), name);
      names.add(name);
    }
  }
}
