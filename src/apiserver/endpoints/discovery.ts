/**
 * `/api`, `/apis` and below: classic lists and, where a client asks for it, the aggregated form, both with
 * ETags.
 */
import { Discovery } from "#api";
import type { Crypto } from "#base";
import { isInProcess, jsonAnswer } from "../answers.ts";
import type { Answer } from "../call.ts";
import type { Catalog } from "../catalog.ts";
import type { Admitted } from "../gate.ts";
import { parseAccept } from "../negotiate.ts";
import { hasTag, notModified } from "./etag.ts";

const AGGREGATED = { g: "apidiscovery.k8s.io", as: "APIGroupDiscoveryList" };
const AGGREGATED_TYPE = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

type Document = ReturnType<Discovery["groups"]>;

export class DiscoveryEndpoints {
  readonly #discovery: Discovery;

  constructor(catalog: Catalog, cryptography: Crypto, serverAddress: string) {
    this.#discovery = new Discovery(
      catalog.all,
      { sha256: (text) => cryptography.sha256(text) },
      { serverAddress },
    );
  }

  /** Undefined for other paths and for groups that are not there. */
  answer(admitted: Admitted): Answer | undefined {
    const [, root, group, version, ...rest] = admitted.info.path.replace(/\/$/, "").split("/");
    if (rest.length > 0) return undefined;
    if (root === "api") return this.#core(admitted, group, version);
    if (root !== "apis") return undefined;
    if (group === undefined) {
      if (wantsAggregated(admitted)) return aggregated(admitted, this.#discovery.aggregatedGroups());
      return classic(admitted, this.#discovery.groups());
    }
    const document =
      version === undefined ? this.#discovery.group(group) : this.#discovery.resources(group, version);
    return document === undefined ? undefined : classic(admitted, document);
  }

  #core(admitted: Admitted, version: string | undefined, extra: string | undefined): Answer | undefined {
    if (extra !== undefined) return undefined;
    if (version === undefined) {
      if (wantsAggregated(admitted)) return aggregated(admitted, this.#discovery.aggregatedCore());
      return classic(admitted, this.#discovery.coreVersions());
    }
    const document = this.#discovery.resources("", version);
    return document === undefined ? undefined : classic(admitted, document);
  }
}

/** The first clause that can be served decides: `as=APIGroupDiscoveryList` in v2, or plain JSON. */
function wantsAggregated({ call }: Admitted): boolean {
  const accept = call.header("accept");
  if (accept === undefined) return false;
  for (const { type, parameters } of parseAccept(accept)) {
    if (type !== "application/json") continue;
    if (parameters.get("as") === undefined) return false;
    const isAsked = parameters.get("as") === AGGREGATED.as && parameters.get("g") === AGGREGATED.g;
    if (isAsked && parameters.get("v") === "v2") return true;
  }
  return false;
}

function classic({ call }: Admitted, { body }: Document): Answer {
  return jsonAnswer(call, 200, body);
}

function aggregated({ call }: Admitted, { body, etag }: Document): Answer {
  const headers = { etag, vary: "Accept", "cache-control": "public" };
  if (hasTag(call, etag)) return notModified(headers);
  const answer = jsonAnswer(call, 200, body);
  return {
    ...answer,
    headers: isInProcess(call) ? headers : { ...headers, "content-type": AGGREGATED_TYPE },
  };
}
