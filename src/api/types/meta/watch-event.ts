/**
 * One event of a watch.
 * A table of meta.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import { field, message, nullable, type Plain, rawExtension, type Shape, string } from "../../schema/mod.ts";

export interface WatchEvent extends Shape<typeof WatchEvent>, Plain {}
export const WatchEvent = message<WatchEvent>("WatchEvent")({
  type: field(1, string),
  object: nullable(2, rawExtension, { required: true }),
});
