/**
 * WATCH: where in history it begins, and whether the state comes first. Once the request is understood, every
 * failure is an ERROR event of the watch and not a refusal of the request, as upstream.
 */
import { StatusError } from "#api";
import { type CursorFeedOptions, type WatchFeed, CursorFeed, FailedFeed } from "./watch-feed.ts";
import { FollowedCollection, type FollowedOptions } from "./collection.ts";
import { listOptions } from "./list-options.ts";
import { selectionOf } from "./list.ts";
import type { OpenCollection, Outcome } from "./outcome.ts";
import type { Registry } from "./registry.ts";
import type { ResourceRequest } from "./resource-request.ts";
import { awaitRevision, expiredAt, snapshotAt } from "./revisions.ts";
import type { Revision } from "#store";

/** Opens a watch. */
export async function watch(registry: Registry, request: ResourceRequest): Promise<Outcome> {
  const options = listOptions(request.info.query);
  const selection = selectionOf(registry, request);
  if (request.call.follow === true) return follow(registry, request, { options, selection });
  const feed = await feedOf(registry, request, { options, selection });
  return { type: "watch", resource: request.resource, feed };
}

/** For a follower in this process a failure is a refusal, which tells it to begin anew. */
async function follow(
  registry: Registry,
  request: ResourceRequest,
  asked: Pick<FollowedOptions, "options" | "selection">,
): Promise<Outcome> {
  const { revision = 0 } = asked.options;
  const { store } = registry;
  if (revision > 0 && !store.recalls(revision as Revision)) throw expiredAt(revision as Revision);
  const snapshot =
    revision === 0 ? await store.latest(request.call) : await snapshotAt(registry, revision as Revision);
  const open: OpenCollection = (show) =>
    new FollowedCollection(registry, request, { ...asked, snapshot }, show);
  return { type: "followed", resource: request.resource, open };
}

async function feedOf(
  registry: Registry,
  request: ResourceRequest,
  asked: Pick<CursorFeedOptions, "options" | "selection">,
): Promise<WatchFeed> {
  const { revision, sendInitialEvents } = asked.options;
  const isPlaced = revision !== undefined && revision > 0;
  const showsState = sendInitialEvents ?? !isPlaced;
  try {
    if (isPlaced && !showsState)
      return new CursorFeed(registry, request, { ...asked, after: revision, initial: undefined });
    if (isPlaced) await awaitRevision(registry, revision, request.call.signal);
    const snapshot = await registry.store.latest(request.call);
    const initial = showsState ? snapshot : undefined;
    return new CursorFeed(registry, request, { ...asked, after: snapshot.revision, initial });
  } catch (error) {
    if (error instanceof StatusError) return new FailedFeed(error.toStatus());
    throw error;
  }
}
