/** DELETE of a collection: lists what is selected at one revision and deletes each; answers with the list. */
import { deleteOptions } from "./delete-options.ts";
import { isGone, removeNamed } from "./delete.ts";
import { list } from "./list.ts";
import type { Outcome } from "./outcome.ts";
import type { Registry } from "./registry.ts";
import type { ResourceRequest } from "./resource-request.ts";

/** Deletes under way at once: enough to fill a group commit. */
const PARALLEL = 32;

export async function deleteCollection(registry: Registry, request: ResourceRequest): Promise<Outcome> {
  const options = await deleteOptions(request);
  const outcome = await list(registry, request);
  if (outcome.type !== "list") return outcome;
  const { records } = outcome.page;
  for (let start = 0; start < records.length; start += PARALLEL) {
    request.call.signal.throwIfAborted();
    const deletes = records.slice(start, start + PARALLEL).map(async ({ index }) => {
      try {
        await removeNamed(registry, request, index.namespace, index.name, options);
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    });
    await Promise.all(deletes);
    await registry.turns.turn();
  }
  return outcome;
}
