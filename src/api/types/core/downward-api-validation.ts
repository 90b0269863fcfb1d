/** Validation of the files of a downward API volume: one field or resource of the pod each. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { nonReservedPath } from "../../names/file-path.ts";
import { validateFieldSelector, validateResourceSelector, volumeFields } from "./environment-validation.ts";
import { validateFileMode } from "./projected-volume-validation.ts";
import type { DownwardAPIVolumeFile } from "./volume-source.ts";

/** Upstream reports files on the volume's path, without `items` or an index. */
export function validateFieldItems(
  files: readonly DownwardAPIVolumeFile[] | undefined,
  path: string,
  errors: FieldErrors,
): void {
  for (const file of files ?? []) {
    if (file.path === "") errors.required(at(path, "path"));
    errors.invalidEach(at(path, "path"), file.path, nonReservedPath(file.path));
    if (file.fieldRef) {
      validateFieldSelector(file.fieldRef, volumeFields, at(path, "fieldRef"), errors);
      if (file.resourceFieldRef)
        errors.invalid(path, "resource", "fieldRef and resourceFieldRef exclude each other");
    } else if (file.resourceFieldRef) {
      validateResourceSelector(file.resourceFieldRef, at(path, "resourceFieldRef"), errors, { volume: true });
    } else errors.required(path, "one of fieldRef and resourceFieldRef is required");
    validateFileMode(file.mode, at(path, "mode"), errors);
  }
}
