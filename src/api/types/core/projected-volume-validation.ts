/** Validation of projected volumes, and of the files that they share with secret and config map volumes. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { nonReservedPath } from "../../names/file-path.ts";
import { validateFieldItems } from "./downward-api-validation.ts";
import type { KeyToPath } from "./reference.ts";
import type {
  ProjectedVolumeSource,
  ServiceAccountTokenProjection,
  VolumeProjection,
} from "./volume-source.ts";

const maxFileMode = 0o777;
const minTokenSeconds = 600;
const maxTokenSeconds = 2 ** 32;

export function validateFileMode(mode: number | undefined, path: string, errors: FieldErrors): void {
  if (mode !== undefined && (mode < 0 || mode > maxFileMode)) {
    errors.invalid(path, mode, "must be a number between 0 and 0777 (octal), both inclusive");
  }
}

export function validateItems(
  items: readonly KeyToPath[] | undefined,
  path: string,
  errors: FieldErrors,
): void {
  for (const [i, item] of (items ?? []).entries()) {
    const here = at(path, i);
    if (item.key === "") errors.required(at(here, "key"));
    if (item.path === "") errors.required(at(here, "path"));
    errors.invalidEach(at(here, "path"), item.path, nonReservedPath(item.path));
    validateFileMode(item.mode, at(here, "mode"), errors);
  }
}

export function validateProjected(source: ProjectedVolumeSource, path: string, errors: FieldErrors): void {
  validateFileMode(source.defaultMode, at(path, "defaultMode"), errors);
  const taken = new Set<string>();
  for (const [i, one] of (source.sources ?? []).entries()) {
    const here = at(at(path, "sources"), i);
    validateProjection(one, here, errors);
    for (const file of filesOf(one)) {
      if (file !== "" && taken.has(file)) errors.invalid(path, file, "is the path of another file too");
      taken.add(file);
    }
  }
}

function filesOf(one: VolumeProjection): readonly string[] {
  const items = [
    ...(one.secret?.items ?? []),
    ...(one.configMap?.items ?? []),
    ...(one.downwardAPI?.items ?? []),
  ];
  return [
    ...items.map((item) => item.path),
    ...(one.serviceAccountToken ? [one.serviceAccountToken.path] : []),
  ];
}

function validateProjection(one: VolumeProjection, path: string, errors: FieldErrors): void {
  let count = 0;
  const first = (field: string): string | undefined => {
    if (++count === 1) return at(path, field);
    errors.forbidden(at(path, field), "may not specify more than one source");
    return undefined;
  };
  if (one.secret) validateNamed(one.secret, first("secret"), errors);
  if (one.configMap) validateNamed(one.configMap, first("configMap"), errors);
  if (one.downwardAPI) {
    const here = first("downwardAPI");
    if (here !== undefined) validateFieldItems(one.downwardAPI.items, here, errors);
  }
  if (one.serviceAccountToken) validateToken(one.serviceAccountToken, first("serviceAccountToken"), errors);
  if (count === 0) errors.required(path, "must specify a source");
}

function validateNamed(
  source: { readonly name?: string; readonly items?: readonly KeyToPath[] },
  path: string | undefined,
  errors: FieldErrors,
): void {
  if (path === undefined) return;
  if (!source.name) errors.required(at(path, "name"));
  validateItems(source.items, path, errors);
}

function validateToken(
  source: ServiceAccountTokenProjection,
  path: string | undefined,
  errors: FieldErrors,
): void {
  if (path === undefined) return;
  const seconds = source.expirationSeconds ?? 0;
  const here = at(path, "expirationSeconds");
  if (seconds < minTokenSeconds)
    errors.invalid(here, seconds, "may not specify a duration less than 10 minutes");
  if (seconds > maxTokenSeconds)
    errors.invalid(here, seconds, "may not specify a duration larger than 2^32 seconds");
  if (source.path === "") errors.required(at(path, "path"));
  else errors.invalidEach(at(path, "path"), source.path, nonReservedPath(source.path));
}
