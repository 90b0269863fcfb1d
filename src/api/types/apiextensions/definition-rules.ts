/**
 * Which rules a definition is held to. Some came after definitions that broke them were stored: an update may go on
 * breaking what the stored definition breaks (upstream's ratchets).
 */
import { FieldErrors } from "../../field-errors.ts";
import { reviewVersions } from "../admissionregistration/webhook-validation.ts";
import { isCertificates } from "../certificates/signing-request.ts";
import { Regexps } from "../../regexp.ts";
import type { CustomResourceDefinition } from "./custom-resource-definition.ts";
import { hasUnprunedDefaults } from "./default-validation.ts";
import type { JSONSchemaProps } from "./json-schema.ts";
import { validateKeyedItems, validateSetItems } from "./list-type-validation.ts";
import { validatePatterns } from "./pattern-validation.ts";
import { hasKnownType } from "./schema-extensions.ts";
import { schemasWithin } from "./schema-path.ts";
import { validateStructural } from "./structural-schema.ts";

/** Rules of a schema. */
export interface SchemaRules {
  /** Types are those of OpenAPI v3. */
  readonly types: boolean;
  /** Schemas are structural; those that defaults, pruning or extensions need to be so are in any case. */
  readonly structural: boolean;
  /** Defaults have no fields that would be pruned. */
  readonly prunedDefaults: boolean;
  /** Members of a set are atomic. */
  readonly atomicSets: boolean;
  /** Items of sets and maps are there, and have their keys. */
  readonly keyedItems: boolean;
}

/** Rules of a definition. */
export interface DefinitionRules extends SchemaRules {
  /** Every version has a schema. */
  readonly schemas: boolean;
  /** A conversion webhook understands a version of reviews that the server does. */
  readonly knownReviews: boolean;
  /** Its authorities are certificates. A definition that is not served yet may come before them. */
  readonly certificates: boolean;
}

/** Of a new definition. */
export const everyRule: DefinitionRules = {
  types: true,
  structural: true,
  prunedDefaults: true,
  atomicSets: true,
  keyedItems: true,
  schemas: true,
  knownReviews: true,
  certificates: false,
};

/** Of an update of `old`. */
export function rulesFor(old: CustomResourceDefinition): DefinitionRules {
  const roots = (old.spec.versions ?? []).map(({ schema }) => schema?.openAPIV3Schema);
  const known = roots.filter((root) => root !== undefined);
  const all = known.flatMap(schemasWithin);
  const reviews = old.spec.conversion?.webhook?.conversionReviewVersions ?? [];
  return {
    types: all.every(hasKnownType),
    structural: known.every((root) => keeps(validateStructural, root) && keeps(hasPatterns, root)),
    prunedDefaults: !known.some(hasUnprunedDefaults),
    atomicSets: all.every((schema) => keeps(validateSetItems, schema)),
    keyedItems: all.every((schema) => keeps(validateKeyedItems, schema)),
    schemas: known.length === roots.length,
    knownReviews: reviews.length === 0 || reviews.some((version) => reviewVersions.includes(version)),
    certificates: isEstablished(old) && !hasBadCertificates(old),
  };
}

const hasPatterns: Check = (schema, path, errors) => validatePatterns(schema, path, errors, new Regexps());

type Check = (schema: JSONSchemaProps, path: string, errors: FieldErrors) => void;

function keeps(check: Check, schema: JSONSchemaProps): boolean {
  const errors = new FieldErrors();
  check(schema, "", errors);
  return errors.empty;
}

export function isEstablished({ status }: CustomResourceDefinition): boolean {
  return status.conditions?.some((one) => one.type === "Established" && one.status === "True") ?? false;
}

function hasBadCertificates({ spec }: CustomResourceDefinition): boolean {
  const { caBundle = "" } = spec.conversion?.webhook?.clientConfig ?? {};
  return caBundle !== "" && !isCertificates(caBundle);
}
