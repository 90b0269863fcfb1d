/**
 * `/openapi/v3` with a document for each group and version, and `/openapi/v2`. A document asked for by its
 * hash never changes; any other is revalidated by its ETag. The protobuf form of version 2 is not made.
 */
import { OpenApi, type OpenApiDocument, notAcceptable } from "#api";
import type { Crypto } from "#base";
import { textAnswer } from "../answers.ts";
import type { Answer } from "../call.ts";
import type { Catalog } from "../catalog.ts";
import type { Admitted } from "../gate.ts";
import { parseAccept } from "../negotiate.ts";
import { VERSION } from "./version.ts";

const V2 = "/openapi/v2";
const V3 = "/openapi/v3";
const JSON_TYPES = new Set(["application/json", "application/*", "*/*"]);
/** A year: the hash names the content. */
const FOREVER = { "cache-control": "public, immutable", expires: "Fri, 31 Dec 9999 23:59:59 GMT" };

export class OpenApiEndpoints {
  readonly #documents: OpenApi;

  constructor(catalog: Catalog, cryptography: Crypto) {
    this.#documents = new OpenApi(
      catalog.all,
      { sha256: (text) => cryptography.sha256(text) },
      { version: VERSION.gitVersion },
    );
  }

  /** Undefined for other paths. */
  answer(admitted: Admitted): Answer | undefined {
    const { path } = admitted.info;
    if (path === V2) return serve(admitted, this.#documents.v2());
    if (path === V3 || path === `${V3}/`) return serve(admitted, this.#documents.index());
    if (!path.startsWith(`${V3}/`)) return undefined;
    const document = this.#documents.v3(path.slice(V3.length + 1));
    return document === undefined ? undefined : serve(admitted, document);
  }
}

function serve({ call, info }: Admitted, { text, hash }: OpenApiDocument): Answer {
  const accept = call.header("accept");
  if (accept !== undefined && !parseAccept(accept).some(({ type }) => JSON_TYPES.has(type))) {
    throw notAcceptable(["application/json"]);
  }
  const etag = `"${hash}"`;
  const headers = { etag, vary: "Accept", ...(info.query.get("hash") === hash ? FOREVER : {}) };
  if (call.header("if-none-match") === etag) {
    return { status: 304, headers, body: { type: "bytes", bytes: new Uint8Array() } };
  }
  const answer = textAnswer(200, "application/json", text);
  return { ...answer, headers: { ...answer.headers, ...headers } };
}
