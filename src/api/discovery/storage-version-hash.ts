/** The short digest by which a client sees that a resource is stored in another version than before. */
import type { Resource } from "../resource.ts";

/**
 * Base64 of the first 8 bytes of the digest of `apps/v1/Deployment` (`/v1/Pod`). `undefined` for what is not
 * stored.
 */
export function storageVersionHash(
  { storage, kind }: Pick<Resource, "storage" | "kind">,
  sha256: (text: string) => Uint8Array,
): string | undefined {
  if (storage === undefined) return undefined;
  const groupVersion = storage.version.includes("/") ? storage.version : `/${storage.version}`;
  return Buffer.from(sha256(`${groupVersion}/${kind}`).subarray(0, 8)).toString("base64");
}
