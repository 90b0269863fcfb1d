/**
 * Content negotiation: which media type and which transformation (`as=Table`, `as=PartialObjectMetadata`) an
 * Accept header asks for. Clients send a handful of headers, so parsed ones are kept.
 */
import { notAcceptable, parseAccept } from "#api";
import type { Call } from "./call.ts";
import { ACCEPT_CACHE } from "./limits.ts";

export type Media = "json" | "yaml" | "protobuf";
/** Both have the same fields; in protobuf those of lists have other numbers. */
export type MetaVersion = "meta.k8s.io/v1" | "meta.k8s.io/v1beta1";
type Transformation = "Table" | "PartialObjectMetadata" | "PartialObjectMetadataList";

/** What kind of answer is negotiated: tables and metadata are offered for objects; YAML cannot be a stream. */
export type Use = "plain" | "object" | "stream";

export interface Encoding {
  readonly media: Media;
  readonly as: Transformation | undefined;
  /** The version of tables and metadata. Default `meta.k8s.io/v1`. */
  readonly metaVersion?: MetaVersion;
  /** JSON is indented for people. */
  readonly pretty?: true;
}

export const MEDIA_TYPES: Readonly<Record<Media, string>> = {
  json: "application/json",
  yaml: "application/yaml",
  protobuf: "application/vnd.kubernetes.protobuf",
};
const ACCEPTED = Object.values(MEDIA_TYPES);
const STREAMED = [MEDIA_TYPES.json, `${MEDIA_TYPES.protobuf};stream=watch`];
const TRUE = /^(?:1|t|T|TRUE|true|True)$/;
const READ_BY_PEOPLE = /^(?:curl|Wget|Mozilla\/5\.0)/;
/** What is named by a clause of an Accept header. */
export const MEDIA_BY_NAME: Readonly<Record<string, Media>> = {
  "application/json": "json",
  "application/*": "json",
  "*/*": "json",
  "application/yaml": "yaml",
  "application/vnd.kubernetes.protobuf": "protobuf",
};
const TRANSFORMATIONS = new Set(["Table", "PartialObjectMetadata", "PartialObjectMetadataList"]);
const JSON_ENCODING: Encoding = { media: "json", as: undefined };

export class Negotiator {
  readonly #cache = new Map<string, Encoding>();

  /** Throws 406 when nothing asked for can be made. */
  encoding(call: Call, use: Use): Encoding {
    const encoding = this.#asked(call.header("accept"), use);
    return use !== "stream" && encoding.media === "json" && wantsPretty(call)
      ? { ...encoding, pretty: true }
      : encoding;
  }

  /** What a refusal is written in: what was asked for, or JSON when that cannot be made. */
  preferred(call: Call): Encoding {
    try {
      return { ...this.encoding(call, "object"), as: undefined };
    } catch {
      return JSON_ENCODING; // the refusal may be about this very header
    }
  }

  #asked(header: string | undefined, use: Use): Encoding {
    if (header === undefined || header === "" || header === "*/*") return JSON_ENCODING;
    const key = `${use} ${header}`;
    const known = this.#cache.get(key);
    if (known !== undefined) return known;
    const encoding = choose(header, use);
    if (this.#cache.size >= ACCEPT_CACHE) this.#cache.clear();
    this.#cache.set(key, encoding);
    return encoding;
  }
}

/** JSON as it is stored: bytes pass through. */
export function isStoredForm({ media, as, pretty }: Encoding): boolean {
  return media === "json" && as === undefined && pretty !== true;
}

/** Protobuf of the whole object: made once for each record. */
export function isWholeMessage({ media, as }: Encoding): boolean {
  return media === "protobuf" && as === undefined;
}

/** `pretty=1`, or a program that people read the output of. */
export function wantsPretty(call: Call): boolean {
  const asked = /[?&]pretty=([^&]*)/.exec(call.target)?.[1];
  if (asked !== undefined && asked !== "") return TRUE.test(asked);
  const agent = call.header("user-agent");
  return agent !== undefined && READ_BY_PEOPLE.test(agent);
}

function choose(header: string, use: Use): Encoding {
  for (const clause of parseAccept(header)) {
    const media = MEDIA_BY_NAME[clause.type];
    if (media === undefined || (use === "stream" && media === "yaml")) continue;
    const as = clause.parameters.get("as");
    if (as === undefined) return { media, as: undefined };
    if (use === "plain" || !TRANSFORMATIONS.has(as)) continue;
    if (as === "Table" && media === "protobuf") continue; // tables have no field numbers
    const metaVersion = `${clause.parameters.get("g")}/${clause.parameters.get("v")}`;
    if (isMetaVersion(metaVersion)) return { media, as: as as Transformation, metaVersion };
  }
  throw notAcceptable(use === "stream" ? STREAMED : ACCEPTED);
}

function isMetaVersion(text: string): text is MetaVersion {
  return text === "meta.k8s.io/v1" || text === "meta.k8s.io/v1beta1";
}
