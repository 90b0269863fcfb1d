/**
 * `/openapi/v3` with a document for each group and version, and `/openapi/v2`, each as JSON and as gnostic's
 * protobuf. A document asked for by its hash never changes, and one asked for by an old hash is elsewhere now; any
 * other is revalidated by its ETag.
 */
import { type Describe, OpenApi, type OpenApiDocument, notAcceptable, parseAccept } from "#api";
import type { Crypto } from "#base";
import type { Answer } from "../call.ts";
import type { Catalog } from "../catalog.ts";
import type { Admitted } from "../gate.ts";
import type { Turns } from "../turns.ts";
import { hasTag, notModified } from "./etag.ts";
import { VERSION } from "./version.ts";

const V2 = "/openapi/v2";
const V3 = "/openapi/v3";
const JSON_TYPE = "application/json";
/** Clients that must not write `@` in a header use the second name, which is the answer's in any case. */
const PROTOBUF = /^application\/com\.github\.proto-openapi\.spec\.(v[23])[@.]v1\.0\+protobuf$/;
const YEAR_MS = 365 * 24 * 3600 * 1000;

export class OpenApiEndpoints {
  readonly #documents: OpenApi;

  constructor(
    catalog: Catalog,
    deps: {
      readonly crypto: Crypto;
      readonly turns: Turns;
      readonly describe: (() => Describe | undefined) | undefined;
    },
  ) {
    const { crypto: cryptography, turns, describe } = deps;
    this.#documents = new OpenApi(
      catalog.all,
      {
        sha256: (data) => cryptography.sha256(data),
        pause: () => turns.turn(),
        ...(describe === undefined ? {} : { describe }),
      },
      { version: VERSION.gitVersion },
    );
  }

  /** Undefined for other paths. */
  answer(admitted: Admitted): Promise<Answer> | undefined {
    const { path } = admitted.info;
    if (path === V2) return serve(admitted, this.#documents.v2(), "v2");
    if (path === V3 || path === `${V3}/`) return this.#index(admitted);
    if (!path.startsWith(`${V3}/`)) return undefined;
    const document = this.#documents.v3(path.slice(V3.length + 1));
    return document === undefined ? undefined : serve(admitted, document, "v3");
  }

  async #index({ call }: Admitted): Promise<Answer> {
    const { json, hash } = await this.#documents.index();
    const headers = { etag: `"${hash}"`, "content-type": JSON_TYPE };
    if (hasTag(call, headers.etag)) return notModified(headers);
    return { status: 200, headers, body: { type: "bytes", bytes: json } };
  }
}

async function serve(
  { call, info, now }: Admitted,
  document: Promise<OpenApiDocument>,
  version: string,
): Promise<Answer> {
  const contentType = negotiated(call.header("accept"), version);
  const { json, hash, protobuf } = await document;
  const asked = version === "v3" ? info.query.get("hash") : null;
  if (asked && asked !== hash) {
    const location = `${info.path}?hash=${hash}`;
    return { status: 301, headers: { location }, body: { type: "bytes", bytes: new Uint8Array() } };
  }
  const headers = {
    etag: `"${hash}"`,
    vary: "Accept",
    "content-type": contentType,
    ...(asked
      ? { "cache-control": "public, immutable", expires: new Date(now + YEAR_MS).toUTCString() }
      : {}),
  };
  if (hasTag(call, headers.etag)) return notModified(headers);
  const bytes = contentType === JSON_TYPE || protobuf === undefined ? json : await protobuf();
  return { status: 200, headers, body: { type: "bytes", bytes } };
}

/** Throws 406. */
function negotiated(accept: string | undefined, version: string): string {
  for (const { type } of parseAccept(accept || "*/*")) {
    if (type === JSON_TYPE || type === "application/*" || type === "*/*") return JSON_TYPE;
    if (PROTOBUF.exec(type)?.[1] === version)
      return `application/com.github.proto-openapi.spec.${version}.v1.0+protobuf`;
  }
  throw notAcceptable([JSON_TYPE]);
}
