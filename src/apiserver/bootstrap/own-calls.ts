/** The server's calls to itself: through its own gate, as a member of `system:masters`. */
import { type KubeObject, type Resource, StatusError, type StatusBody } from "#api";
import { groupVersion } from "../catalog.ts";
import type { PlainAnswer, PlainRequest } from "../in-process.ts";

export type PlainHandler = (request: PlainRequest, signal: AbortSignal) => Promise<PlainAnswer>;

/** What an author writes of an object. */
export interface NewObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

export class OwnCalls {
  readonly #handler: PlainHandler;
  readonly #signal: AbortSignal;

  constructor(handler: PlainHandler, signal: AbortSignal) {
    this.#handler = handler;
    this.#signal = signal;
  }

  /** Every object of a resource, in a namespace or all, by `namespace/name`. */
  async list<T extends KubeObject>(resource: Resource, namespace = ""): Promise<ReadonlyMap<string, T>> {
    const { items } = (await this.#call({ method: "GET", path: pathOf(resource, namespace) })) as {
      readonly items: readonly T[];
    };
    return new Map(
      items.map((object) => [`${object.metadata.namespace ?? ""}/${object.metadata.name}`, object]),
    );
  }

  /** Creates; another server may have been quicker, which is as good. */
  async create(resource: Resource, object: NewObject): Promise<void> {
    try {
      await this.#call({
        method: "POST",
        path: pathOf(resource, object.metadata.namespace ?? ""),
        body: object,
      });
    } catch (error) {
      if (!(error instanceof StatusError) || error.reason !== "AlreadyExists") throw error;
    }
  }

  async update(resource: Resource, object: KubeObject, subresource = ""): Promise<void> {
    const path = `${pathOf(resource, object.metadata.namespace ?? "")}/${object.metadata.name}`;
    await this.#call({
      method: "PUT",
      path: subresource === "" ? path : `${path}/${subresource}`,
      body: object,
    });
  }

  /** Applies, as a manager of its own, what is its alone. */
  async apply(
    resource: Resource,
    object: NewObject,
    { manager, subresource }: { readonly manager: string; readonly subresource: string },
  ): Promise<void> {
    const path = `${pathOf(resource, object.metadata.namespace ?? "")}/${object.metadata.name}`;
    const query = new URLSearchParams({ fieldManager: manager, force: "true" });
    await this.#call({
      method: "PATCH",
      path: `${path}/${subresource}?${query}`,
      contentType: "application/apply-patch+yaml",
      body: { kind: resource.kind, apiVersion: groupVersion(resource), ...object },
    });
  }

  async delete(resource: Resource, object: KubeObject): Promise<void> {
    await this.#call({
      method: "DELETE",
      path: `${pathOf(resource, object.metadata.namespace ?? "")}/${object.metadata.name}`,
    });
  }

  async #call(request: PlainRequest): Promise<unknown> {
    const headers = { "user-agent": "kube-apiserver" };
    const answer = await this.#handler({ headers, ...request }, this.#signal);
    if (answer.events !== undefined) return undefined;
    if (answer.status < 400) return answer.body;
    throw StatusError.fromStatus(answer.body as StatusBody);
  }
}

function pathOf(resource: Resource, namespace: string): string {
  const root = resource.group === "" ? `/api/${resource.version}` : `/apis/${groupVersion(resource)}`;
  return namespace === ""
    ? `${root}/${resource.plural}`
    : `${root}/namespaces/${namespace}/${resource.plural}`;
}
