/**
 * Validation of definitions: names, versions, conversion, and that schemas are structural (structural-
 * schema.ts). What all versions share is reported as if it were written once, at the top of the spec.
 */
import { at, atKey, type FieldErrors } from "../../field-errors.ts";
import { dns1035Label, dnsSubdomain } from "../../names/dns.ts";
import { validateClient, validateReviewVersions } from "../admissionregistration/webhook-validation.ts";
import { isCertificates } from "../certificates/signing-request.ts";
import type { ObjectMeta } from "../meta/object-meta.ts";
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionSpec,
} from "./custom-resource-definition.ts";
import { type DefinitionRules, everyRule, isEstablished, rulesFor } from "./definition-rules.ts";
import { schemasWithin } from "./schema-path.ts";
import type { JSONSchemaProps } from "./json-schema.ts";
import { validateVersionParts, validateWarning } from "./definition-version-validation.ts";

const scopes = ["Cluster", "Namespaced"];
const strategies = ["None", "Webhook"];
const approval = "api-approved.kubernetes.io";

export function validateDefinition(definition: CustomResourceDefinition, errors: FieldErrors): void {
  const { metadata, spec } = definition;
  const name = metadata.name ?? "";
  const wanted = `${spec.names.plural}.${spec.group}`;
  if (name !== "" && name !== wanted)
    errors.invalid("metadata.name", name, `must be spec.names.plural+"."+spec.group`);
  validateSpec(spec, everyRule, errors);
  validateStored(definition, errors);
  validateApproval(definition, undefined, errors);
  validatePreserving(spec, errors);
}

function validateSpec(spec: CustomResourceDefinitionSpec, rules: DefinitionRules, errors: FieldErrors): void {
  if (spec.group === "") errors.required("spec.group");
  else {
    errors.invalidEach("spec.group", spec.group, dnsSubdomain(spec.group));
    if (!spec.group.includes("."))
      errors.invalid("spec.group", spec.group, "should be a domain with at least one dot");
  }
  if (spec.scope === "") errors.required("spec.scope");
  else if (!scopes.includes(spec.scope)) errors.notSupported("spec.scope", spec.scope, scopes);
  validateVersions(spec, rules, errors);
  validateNames(spec.names, errors);
  validateConversion(spec, rules, errors);
}

function validateVersions(
  spec: CustomResourceDefinitionSpec,
  rules: DefinitionRules,
  errors: FieldErrors,
): void {
  const versions = spec.versions ?? [];
  const names = versions.map((version) => version.name);
  if (versions.length === 0)
    return errors.invalid(
      "spec.versions",
      versions,
      "must have exactly one version marked as storage version",
    );
  if (new Set(names).size < names.length)
    errors.invalid("spec.versions", names, "must contain unique version names");
  if (versions.filter((version) => version.storage).length !== 1) {
    errors.invalid("spec.versions", names, "must have exactly one version marked as storage version");
  }
  for (const [i, version] of versions.entries()) {
    errors.invalidEach(at(at("spec.versions", i), "name"), version.name, dns1035Label(version.name));
  }
  const [first] = versions;
  if (first?.name) errors.invalidEach("spec.version", first.name, dns1035Label(first.name));
  for (const [i, version] of versions.entries()) {
    const path = at("spec.versions", i);
    validateWarning(version, path, errors);
    const isNeeded = rules.schemas || (version.served && !spec.preserveUnknownFields);
    if (version.schema?.openAPIV3Schema === undefined && isNeeded)
      errors.required(at(at(path, "schema"), "openAPIV3Schema"), "schemas are required");
  }
  const schemas = versions.flatMap(({ schema }) => schemasWithin(schema?.openAPIV3Schema ?? {}));
  const hasDefaults = schemas.some((schema) => schema.default !== undefined);
  if (hasDefaults && spec.preserveUnknownFields)
    errors.invalid(
      "spec.preserveUnknownFields",
      true,
      "must be false in order to use defaults in the schema",
    );
  const structural =
    rules.structural || hasDefaults || !spec.preserveUnknownFields || schemas.some(hasExtensions);
  validateVersionParts(versions, { ...rules, structural }, errors);
}

function hasExtensions(schema: JSONSchemaProps): boolean {
  return Object.entries(schema).some(
    ([word, value]) =>
      word.startsWith("x-kubernetes-") &&
      word !== "x-kubernetes-map-type" &&
      (value !== false || word === "x-kubernetes-preserve-unknown-fields") &&
      !(Array.isArray(value) && value.length === 0),
  );
}

const nameFields = ["plural", "singular", "kind", "listKind"] as const;

function validateNames(names: CustomResourceDefinitionNames, errors: FieldErrors): void {
  for (const field of nameFields) {
    if ((names[field] ?? "") === "") errors.required(at("spec.names", field));
  }
  validateNameWords(names, "spec.names", errors);
}

/** What names there are. */
function validateNameWords(names: CustomResourceDefinitionNames, path: string, errors: FieldErrors): void {
  for (const field of nameFields) {
    const value = names[field] ?? "";
    const isKind = field === "kind" || field === "listKind";
    const complaints = value === "" ? [] : dns1035Label(isKind ? value.toLowerCase() : value);
    for (const complaint of complaints)
      errors.invalid(
        at(path, field),
        value,
        isKind ? `may have mixed case, but should otherwise match: ${complaint}` : complaint,
      );
  }
  for (const field of ["shortNames", "categories"] as const) {
    for (const [i, value] of (names[field] ?? []).entries()) {
      errors.invalidEach(at(at(path, field), i), value, dns1035Label(value));
    }
  }
  if (names.kind !== "" && names.kind === names.listKind) {
    errors.invalid(at(path, "listKind"), names.listKind, "kind and listKind may not be the same");
  }
}

function validateConversion(
  spec: CustomResourceDefinitionSpec,
  rules: DefinitionRules,
  errors: FieldErrors,
): void {
  const { conversion } = spec;
  const path = "spec.conversion";
  if (conversion === undefined) return;
  if (conversion.strategy === "") return errors.required(at(path, "strategy"));
  if (!strategies.includes(conversion.strategy))
    return errors.notSupported(at(path, "strategy"), conversion.strategy, strategies);
  const { strategy, webhook } = conversion;
  if (strategy !== "None" && spec.preserveUnknownFields)
    errors.invalid(at(path, "strategy"), strategy, "must be None if spec.preserveUnknownFields is true");
  const client = at(path, "webhookClientConfig");
  const reviews = at(path, "conversionReviewVersions");
  const { clientConfig, conversionReviewVersions: versions = [] } = webhook ?? {};
  if (strategy === "None") {
    const complaint = "should not be set when strategy is not set to Webhook";
    if (clientConfig !== undefined) errors.forbidden(client, complaint);
    if (versions.length > 0) errors.forbidden(reviews, complaint);
    return;
  }
  if (clientConfig === undefined) errors.required(client, "required when strategy is set to Webhook");
  else {
    validateClient(clientConfig, client, errors);
    const { caBundle = "" } = clientConfig;
    if (rules.certificates && caBundle !== "" && !isCertificates(caBundle))
      errors.invalid(at(client, "caBundle"), caBundle, "unable to load root certificates");
  }
  validateReviewVersions(versions, reviews, errors, rules.knownReviews);
}

/** Every version that objects are stored in must stay defined. */
function validateStored({ spec, status }: CustomResourceDefinition, errors: FieldErrors): void {
  const stored = status.storedVersions ?? [];
  const path = "status.storedVersions";
  if (stored.length === 0) return errors.invalid(path, stored, "must have at least one stored version");
  // A second version of a name finds what is stored taken by the first, as upstream's does.
  const untaken = new Set(stored);
  for (const { name, storage } of spec.versions ?? []) {
    const isStored = untaken.delete(name);
    if (storage && !isStored) errors.invalid(path, stored, `must have the storage version ${name}`);
  }
  // One that is listed twice is told where it comes last.
  for (const version of untaken)
    errors.invalid(
      at(path, stored.lastIndexOf(version)),
      version,
      `missing from spec.versions; ${version} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${version} and removes ${version} from status.storedVersions`,
    );
}

/** What Kubernetes' own groups need: a link to who approved of them, or the word that nobody did. */
function validateApproval(
  { metadata, spec }: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
  errors: FieldErrors,
): void {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(spec.group)) return;
  const state = approvalOf(metadata);
  if (old !== undefined && approvalOf(old.metadata) === state) return;
  const path = atKey("metadata.annotations", approval);
  if (state === "missing")
    errors.required(path, `protected groups must have approval annotation "${approval}"`);
  else if (state === "invalid")
    errors.invalid(
      path,
      metadata.annotations?.[approval],
      `protected groups must have approval annotation "${approval}" with either a URL or a reason starting with "unapproved"`,
    );
}

function approvalOf({ annotations }: ObjectMeta): "missing" | "bypassed" | "approved" | "invalid" {
  const value = annotations?.[approval] ?? "";
  if (value === "") return "missing";
  if (value.startsWith("unapproved")) return "bypassed";
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/\s]/.test(value) ? "approved" : "invalid";
}

function validatePreserving(spec: CustomResourceDefinitionSpec, errors: FieldErrors): void {
  if (spec.preserveUnknownFields)
    errors.invalid(
      "spec.preserveUnknownFields",
      true,
      "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead",
    );
}

/** The status alone is not held to what is stored: it is where a version that was migrated away is struck out. */
export function validateDefinitionStatus({ status }: CustomResourceDefinition, errors: FieldErrors): void {
  validateNameWords(status.acceptedNames, "status.acceptedNames", errors);
}

export function validateDefinitionUpdate(
  definition: CustomResourceDefinition,
  old: CustomResourceDefinition,
  errors: FieldErrors,
): void {
  const { spec } = definition;
  validateSpec(spec, rulesFor(old), errors);
  validateStored(definition, errors);
  validateApproval(definition, old, errors);
  if (!old.spec.preserveUnknownFields) validatePreserving(spec, errors);
  const established = isEstablished(old);
  for (const [path, now, before, fixed] of [
    ["spec.scope", spec.scope, old.spec.scope, established],
    ["spec.names.kind", spec.names.kind, old.spec.names.kind, established],
    ["spec.group", spec.group, old.spec.group, true],
    ["spec.names.plural", spec.names.plural, old.spec.names.plural, true],
  ] as const) {
    if (fixed && now !== before) errors.invalid(path, now, "field is immutable");
  }
}
