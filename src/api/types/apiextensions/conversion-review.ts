/**
 * The call to a conversion webhook.
 * A table of apiextensions.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  field,
  kind,
  message,
  optional,
  type Plain,
  rawExtension,
  type Shape,
  string,
} from "../../schema/mod.ts";
import { Status } from "../meta/status.ts";

export interface ConversionRequest extends Shape<typeof ConversionRequest>, Plain {}
export const ConversionRequest = message<ConversionRequest>("ConversionRequest")({
  uid: field(1, string),
  desiredAPIVersion: field(2, string),
  objects: field(3, atomic(rawExtension)),
});

export interface ConversionResponse extends Shape<typeof ConversionResponse>, Plain {}
export const ConversionResponse = message<ConversionResponse>("ConversionResponse")({
  uid: field(1, string),
  convertedObjects: field(2, atomic(rawExtension)),
  result: field(3, Status),
});

export interface ConversionReview extends Shape<typeof ConversionReview>, Plain {}
export const ConversionReview = kind<ConversionReview>(
  "apiextensions.k8s.io/v1",
  "ConversionReview",
)({
  request: optional(1, ConversionRequest),
  response: optional(2, ConversionResponse),
});
