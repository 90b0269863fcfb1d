/** The three patches that carry no manager: JSON patch, merge patch, strategic merge patch. */
export { PatchError, type PatchErrorCode } from "./errors.ts";
export { applyJsonPatch } from "./json-patch.ts";
export { applyMergePatch } from "./merge-patch.ts";
export { applyStrategicMergePatch } from "./strategic-merge.ts";
