/**
 * Bodies to objects: media type, strictness, kind, defaults. Everything that a body can do wrong is a 400
 * here (415 for a media type that is not read).
 */
import {
  DecodeError,
  DeleteOptions,
  FieldErrors,
  type KnownParts,
  type KubeObject,
  type Resource,
  type Type,
  applyDefaults,
  badRequest,
  clearEmptyLists,
  decode,
  JsonDocument,
  decodeProtobuf,
  invalid,
  parseDocument,
  parseJson,
  stringifyJson,
  parseYamlDocument,
  unwrapLiterals,
  unsupportedMediaType,
} from "#api";
import type { CallBody } from "../call.ts";
import { groupVersion } from "../catalog.ts";
import { MAX_BODY_BYTES } from "../limits.ts";
import { type Media, MEDIA_TYPES } from "../negotiate.ts";
import type { Draft } from "./managed-fields.ts";
import { copyOf } from "./plain-data.ts";
import type { FieldValidation, ResourceRequest } from "./resource-request.ts";

const MODES = { Strict: "strict", Warn: "warn", Ignore: "ignore" } as const;

/** The body as an object of the resource's kind, with defaults; unknown fields become warnings or a 400. */
export async function decodeObject(
  request: ResourceRequest,
  resource: Resource,
  validation: FieldValidation,
): Promise<Draft> {
  const body = await request.call.body(MAX_BODY_BYTES);
  const data = readBody(body, mediaOf(request), resource.type);
  const object = completed(request, resource.type, data, validation);
  return { object, managers: managersOf(data instanceof JsonDocument ? data.value : data) };
}

/**
 * The body as an object of another type than the resource's own (a Binding, a TokenRequest), with defaults.
 */
export async function decodeAs<T>(request: ResourceRequest, type: Type<T>): Promise<T> {
  const body = await request.call.body(MAX_BODY_BYTES);
  const object = completed(request, type, readBody(body, mediaOf(request), type), "Warn");
  clearEmptyLists(type, object);
  return object;
}

/** The document of a JSON, merge or strategic merge patch: any JSON. */
export async function decodePatch(request: ResourceRequest): Promise<unknown> {
  const body = await request.call.body(MAX_BODY_BYTES);
  if (body.type === "data") return body.data;
  try {
    return parseJson(body.bytes);
  } catch (error) {
    throw refusal(error, request.resource);
  }
}

/**
 * A patched object, checked as if it had been sent, with defaults; throws 422 when the patch made it
 * unreadable. `known`: parts of it that were decoded before.
 */
export function decodePatched(
  request: ResourceRequest,
  patched: unknown,
  validation: FieldValidation,
  known: KnownParts | undefined,
): Draft {
  const refuse = (error: DecodeError): unknown => {
    const errors = new FieldErrors();
    errors.invalid("patch", "", error.message);
    return invalid({ group: "", kind: "" }, "", errors);
  };
  const object = decoded(request, request.resource.type, patched, validation, refuse, known);
  return { object, managers: managersOf(patched) };
}

/** The applied configuration, in YAML or JSON; no defaults, since only what was sent is applied. */
export async function decodeApplied(
  request: ResourceRequest,
  validation: FieldValidation,
  type: Type = request.resource.type,
): Promise<KubeObject> {
  const body = await request.call.body(MAX_BODY_BYTES);
  try {
    const document =
      body.type === "data" ? new JsonDocument(copyOf(body.data)) : parseYamlDocument(body.bytes);
    const applied = plainOf(document) as KubeObject;
    const isMissing = typeof applied !== "object" || applied === null || !applied.apiVersion || !applied.kind;
    if (isMissing) throw badRequest("error decoding YAML: the applied object must have apiVersion and kind");
    const { warnings } = decode(type, document, MODES[validation]);
    for (const warning of warnings) request.warnings.add(warning);
    (applied as { metadata?: object }).metadata ??= {};
    return applied;
  } catch (error) {
    throw refusal(error, request.resource);
  }
}

/** DeleteOptions of a body; undefined when there is none. Throws 400. */
export async function decodeOptions(request: ResourceRequest): Promise<Partial<DeleteOptions> | undefined> {
  const body = await request.call.body(MAX_BODY_BYTES);
  const isEmpty = body.type === "bytes" ? body.bytes.length === 0 : body.data === undefined;
  if (isEmpty) return undefined;
  try {
    return optionsOf(body.type === "data" ? body.data : readOptions(body.bytes, mediaOf(request)));
  } catch (error) {
    throw error instanceof DecodeError ? badRequest(error.message) : error;
  }
}

function readOptions(bytes: Uint8Array, media: Media): unknown {
  if (media === "protobuf") return decodeProtobuf(DeleteOptions, bytes);
  return media === "yaml" ? plainOf(parseYamlDocument(bytes)) : parseJson(bytes);
}

/** They come in the group and version of the request or of meta/v1. */
function optionsOf(data: unknown): Partial<DeleteOptions> {
  if (typeof data !== "object" || data === null) return {};
  const { kind, apiVersion: _any, ...fields } = data as { kind?: unknown; apiVersion?: unknown };
  if (kind !== undefined && kind !== "" && kind !== "DeleteOptions")
    throw badRequest(`Cannot read the options of a delete: they are of kind ${stringifyJson(kind)}`);
  return decode(DeleteOptions, fields, "ignore").object;
}

function completed<T>(
  request: ResourceRequest,
  type: Type<T>,
  data: unknown,
  validation: FieldValidation,
): T {
  return decoded(request, type, data, validation, (error) => refusal(error, type.gvk ?? request.resource));
}

function decoded<T>(
  request: ResourceRequest,
  type: Type<T>,
  data: unknown,
  validation: FieldValidation,
  refuse: (error: DecodeError) => unknown,
  known?: KnownParts,
): T {
  try {
    const { object, warnings, copies } = decode(type, data, MODES[validation], known);
    for (const warning of warnings) request.warnings.add(warning);
    applyDefaults(type, object, copies);
    return object;
  } catch (error) {
    throw error instanceof DecodeError ? refuse(error) : error;
  }
}

function managersOf(data: unknown): unknown {
  const metadata = (data as { metadata?: { managedFields?: unknown } | null } | null)?.metadata;
  return metadata?.managedFields;
}

/** JSON as a document, in which the decoder sees duplicates. */
function readBody(body: CallBody, media: Media, type: Type): unknown {
  if (body.type === "data") return body.data;
  try {
    if (media === "json") return parseDocument(body.bytes);
    return media === "yaml" ? parseYamlDocument(body.bytes) : decodeProtobuf(type, body.bytes);
  } catch (error) {
    throw refusal(error, type.gvk ?? { group: "", version: "", kind: type.name });
  }
}

function mediaOf(request: ResourceRequest): Media {
  const header = (request.call.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (header === "") return "json";
  for (const [media, name] of Object.entries(MEDIA_TYPES)) if (name === header) return media as Media;
  throw unsupportedMediaType(Object.values(MEDIA_TYPES));
}

function plainOf(document: JsonDocument): unknown {
  return document.hasLiterals ? unwrapLiterals(document.value) : document.value;
}

function refusal(
  error: unknown,
  kind: { readonly group: string; readonly version: string; readonly kind: string },
): unknown {
  if (!(error instanceof DecodeError)) return error;
  const where = `${kind.kind} in version "${groupVersion(kind)}" cannot be handled as a ${kind.kind}`;
  return badRequest(`${where}: ${error.message}`);
}
