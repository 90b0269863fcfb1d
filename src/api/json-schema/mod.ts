/** Values by their JSON schemas. */
export { hasUnknownFields } from "./unknown-fields.ts";
export { validateEmbedded } from "./embedded-objects.ts";
export { validateValue } from "./validate.ts";
