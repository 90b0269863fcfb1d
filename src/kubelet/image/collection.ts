/**
 * Which images go when their file system is full: those that no container has, the longest unused first, and
 * none that has just come. Pure.
 */
import type { Image } from "../runtime/runtime.ts";

/** What is known of an image beside what the runtime says. */
export interface ImageRecord {
  readonly firstSeenMs: number;
  /** 0: never. */
  readonly lastUsedMs: number;
}

export type ImageRecords = ReadonlyMap<string, ImageRecord>;

/** The records after a look: what is in use is used now, what is gone is forgotten. */
export function recordImages(
  before: ImageRecords,
  images: readonly Image[],
  inUse: ReadonlySet<string>,
  now: number,
): ImageRecords {
  return new Map(
    images.map(({ id }) => {
      const { firstSeenMs = now, lastUsedMs = 0 } = before.get(id) ?? {};
      return [id, { firstSeenMs, lastUsedMs: inUse.has(id) ? now : lastUsedMs }];
    }),
  );
}

/** The ids to remove, in that order, until `bytes` are free; and how many that would free. */
export function imagesToRemove(
  images: readonly Image[],
  records: ImageRecords,
  options: { readonly bytes: number; readonly minAgeMs: number; readonly now: number },
): { readonly ids: readonly string[]; readonly bytes: number } {
  const { now, minAgeMs } = options;
  const candidates = images.flatMap((image) => {
    const record = records.get(image.id);
    const spared =
      record === undefined || image.pinned || record.lastUsedMs >= now || now - record.firstSeenMs < minAgeMs;
    return spared ? [] : [{ image, record }];
  });
  candidates.sort(
    (a, b) => a.record.lastUsedMs - b.record.lastUsedMs || a.record.firstSeenMs - b.record.firstSeenMs,
  );
  const ids: string[] = [];
  let bytes = 0;
  for (const { image } of candidates) {
    if (bytes >= options.bytes) break;
    ids.push(image.id);
    bytes += image.sizeBytes;
  }
  return { ids, bytes };
}
