/** Codecs: JSON, protobuf and YAML to and from the canonical object of a type. */
export { parseAccept } from "./accept.ts";
export { canonical, type Decoded, type DecodeMode, decode } from "./decode.ts";
export type { KnownParts } from "./scalar-readers.ts";
export { clearEmptyLists } from "./empty-lists.ts";
export { encodeJson, stringifyJson } from "./encode-json.ts";
export { DecodeError, type DecodeErrorCode } from "./errors.ts";
export { JsonDocument } from "./json-document.ts";
export { parseDocument, parseJson, parseStoredJson } from "./json-parser.ts";
export {
  decodeEnvelope,
  decodeMessage,
  decodeProtobuf,
  type Envelope,
  encodeEnvelope,
  encodeMessage,
  encodeProtobuf,
  isProtobuf,
} from "./protobuf.ts";
export { encodeWatchFrame, type WatchFrame, WatchFrameReader } from "./protobuf-watch.ts";
export { parseYaml, parseYamlDocument, stringifyYaml } from "./yaml.ts";
export { unwrapLiterals } from "./scalar-readers.ts";
export { zeroObject } from "./zero-object.ts";
