/**
 * Content negotiation: which media type and which transformation (`as=Table`, `as=PartialObjectMetadata`) an
 * Accept header asks for. Clients send a handful of headers, so parsed ones are kept.
 */
import { notAcceptable } from "#api";
import { ACCEPT_CACHE } from "./limits.ts";

export type Media = "json" | "yaml" | "protobuf";
type Transformation = "Table" | "PartialObjectMetadata" | "PartialObjectMetadataList";

export interface Encoding {
  readonly media: Media;
  readonly as: Transformation | undefined;
}

export const MEDIA_TYPES: Readonly<Record<Media, string>> = {
  json: "application/json",
  yaml: "application/yaml",
  protobuf: "application/vnd.kubernetes.protobuf",
};
const ACCEPTED = Object.values(MEDIA_TYPES);
const MEDIA_BY_NAME: Readonly<Record<string, Media>> = {
  "application/json": "json",
  "application/*": "json",
  "*/*": "json",
  "application/yaml": "yaml",
  "application/vnd.kubernetes.protobuf": "protobuf",
};
const TRANSFORMATIONS = new Set(["Table", "PartialObjectMetadata", "PartialObjectMetadataList"]);
const JSON_ENCODING: Encoding = { media: "json", as: undefined };

/** One clause of an Accept header. */
export interface Clause {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** The clauses of an Accept header, in order of preference (`q`), stable. */
export function parseAccept(header: string): readonly Clause[] {
  const clauses = header.split(",").map((text) => {
    const [type = "", ...rest] = text.split(";").map((part) => part.trim());
    const parameters = new Map<string, string>();
    for (const part of rest) {
      const at = part.indexOf("=");
      if (at > 0) parameters.set(part.slice(0, at), part.slice(at + 1));
    }
    return { type: type.toLowerCase(), parameters };
  });
  const quality = (clause: Clause): number => Number(clause.parameters.get("q") ?? "1");
  return clauses.filter((clause) => clause.type !== "").sort((a, b) => quality(b) - quality(a));
}

export class Negotiator {
  readonly #cache = new Map<string, Encoding>();

  /**
   * Throws 406 when nothing asked for can be made. `transforms`: whether tables and metadata are offered
   * here.
   */
  encoding(header: string | undefined, transforms: boolean): Encoding {
    if (header === undefined || header === "" || header === "*/*") return JSON_ENCODING;
    const key = transforms ? header : `-${header}`;
    const known = this.#cache.get(key);
    if (known !== undefined) return known;
    const encoding = choose(header, transforms);
    if (this.#cache.size >= ACCEPT_CACHE) this.#cache.clear();
    this.#cache.set(key, encoding);
    return encoding;
  }

  /** What a refusal is written in: what was asked for, or JSON when that cannot be made. */
  preferred(header: string | undefined): Encoding {
    try {
      return { media: this.encoding(header, true).media, as: undefined };
    } catch {
      return JSON_ENCODING; // the refusal may be about this very header
    }
  }
}

function choose(header: string, transforms: boolean): Encoding {
  for (const clause of parseAccept(header)) {
    const media = MEDIA_BY_NAME[clause.type];
    if (media === undefined) continue;
    const as = clause.parameters.get("as");
    if (as === undefined) return { media, as: undefined };
    if (!transforms || !TRANSFORMATIONS.has(as)) continue;
    if (clause.parameters.get("g") !== "meta.k8s.io" || clause.parameters.get("v") !== "v1") continue;
    return { media, as: as as Transformation };
  }
  throw notAcceptable(ACCEPTED);
}
