/**
 * `/api`, `/apis` and below: classic lists and, where a client asks for it, the aggregated form with ETags, each in
 * JSON, YAML or protobuf.
 */
import { apidiscovery, Discovery, encodeProtobuf, meta, parseAccept, type Type } from "#api";
import type { Crypto } from "#base";
import { bytesAnswer, dataAnswer, isInProcess } from "../answers.ts";
import type { Answer } from "../call.ts";
import type { Catalog } from "../catalog.ts";
import type { Admitted } from "../gate.ts";
import { type Encoding, MEDIA_BY_NAME, MEDIA_TYPES, type Media, type Negotiator } from "../negotiate.ts";
import { encodeText } from "../registry/encoding.ts";
import { hasTag, notModified } from "./etag.ts";

const AGGREGATED = { g: "apidiscovery.k8s.io", v: "v2", as: "APIGroupDiscoveryList" };
const AGGREGATED_PARAMETERS = "g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

type Document = ReturnType<Discovery["groups"]>;

/** The digest of ETags, and who reads Accept headers. */
export interface DiscoveryEndpointDeps {
  readonly crypto: Crypto;
  readonly negotiator: Negotiator;
}

export class DiscoveryEndpoints {
  readonly #discovery: Discovery;
  readonly #negotiator: Negotiator;

  constructor(catalog: Catalog, deps: DiscoveryEndpointDeps, serverAddress: string) {
    this.#discovery = new Discovery(
      catalog.all,
      { sha256: (text) => deps.crypto.sha256(text) },
      { serverAddress },
    );
    this.#negotiator = deps.negotiator;
    const versions = new Set(catalog.all.map((one) => `/apis/${one.group}/${one.version}`));
    const groups = new Set(catalog.all.map(({ group }) => `/apis/${group}`));
    groups.delete("/apis/");
    versions.delete("/apis//v1");
    this.paths = ["/api", "/api/v1", "/apis", "/apis/", ...groups, ...versions];
  }

  /** All of them: `/api`, `/apis`, `/apis/apps`, `/apis/apps/v1`. */
  readonly paths: readonly string[];

  /** Undefined for other paths and for groups that are not there. */
  answer(admitted: Admitted): Answer | undefined {
    const [, root, group, version, ...rest] = admitted.info.path.replace(/\/$/, "").split("/");
    if (rest.length > 0) return undefined;
    if (root === "api") return this.#core(admitted, group, version);
    if (root !== "apis") return undefined;
    if (group === undefined) {
      const media = aggregatedMedia(admitted);
      return media === undefined
        ? this.#classic(admitted, this.#discovery.groups(), meta.APIGroupList)
        : aggregated(admitted, this.#discovery.aggregatedGroups(), media);
    }
    return version === undefined
      ? this.#classic(admitted, this.#discovery.group(group), meta.APIGroup)
      : this.#classic(admitted, this.#discovery.resources(group, version), meta.APIResourceList);
  }

  #core(admitted: Admitted, version: string | undefined, extra: string | undefined): Answer | undefined {
    if (extra !== undefined) return undefined;
    if (version !== undefined)
      return this.#classic(admitted, this.#discovery.resources("", version), meta.APIResourceList);
    const media = aggregatedMedia(admitted);
    return media === undefined
      ? this.#classic(admitted, this.#discovery.coreVersions(), meta.APIVersions)
      : aggregated(admitted, this.#discovery.aggregatedCore(), media);
  }

  #classic({ call }: Admitted, document: Document | undefined, type: Type): Answer | undefined {
    if (document === undefined) return undefined;
    if (isInProcess(call)) return dataAnswer(200, document.body);
    const encoding = this.#negotiator.encoding(call, "plain");
    return bytesAnswer(200, encoding, encoded(document, encoding, type));
  }
}

/** The first clause that can be served decides: the aggregated list of v2, or (undefined) the classic form. */
function aggregatedMedia({ call }: Admitted): Media | undefined {
  for (const { type, parameters } of parseAccept(call.header("accept") ?? "")) {
    const media = MEDIA_BY_NAME[type];
    if (media === undefined) continue;
    if (parameters.get("as") === undefined) return undefined;
    const isAsked = Object.entries(AGGREGATED).every(([name, value]) => parameters.get(name) === value);
    if (isAsked && type === MEDIA_TYPES[media]) return media;
  }
  return undefined;
}

function aggregated({ call }: Admitted, document: Document, media: Media): Answer {
  const { body, etag } = document;
  const headers = { etag, vary: "Accept", "cache-control": "public" };
  if (hasTag(call, etag)) return notModified(headers);
  if (isInProcess(call)) return { ...dataAnswer(200, body), headers };
  const encoding = { media, as: undefined };
  return {
    status: 200,
    headers: { ...headers, "content-type": `${MEDIA_TYPES[media]};${AGGREGATED_PARAMETERS}` },
    body: { type: "bytes", bytes: encoded(document, encoding, apidiscovery.APIGroupDiscoveryList) },
  };
}

function encoded({ body }: Document, encoding: Encoding, type: Type): Uint8Array {
  return encoding.media === "protobuf" ? encodeProtobuf(type, body) : encodeText(body, encoding);
}
