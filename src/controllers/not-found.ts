/** Deleting what somebody else deleted first is success. */
import { isStatus } from "#api";

/** For `.catch` after a delete or a patch of what may be gone. */
export function ignoreNotFound(error: unknown): void {
  if (!isStatus(error, "NotFound")) throw error;
}
