/**
 * What becomes of a container's rotated logs: a pure plan from the names in its directory, as upstream's kubelet keeps
 * them. The newest rotated file stays as it is, since readers may still have it open; older ones are compressed.
 *
 *   0.log                        what the runtime writes
 *   0.log.20260102-030405        the newest rotated one
 *   0.log.20260101-010203.gz     older ones
 */

/** What to do before the current file is renamed. */
export interface RotationPlan {
  readonly remove: readonly string[];
  readonly compress: readonly string[];
}

/** `names`: all of the directory; `maxFiles` counts the current one. */
export function planRotation(log: string, names: readonly string[], maxFiles: number): RotationPlan {
  const own = names.filter((name) => name.startsWith(`${log}.`));
  const whole = own.filter((name) => !name.endsWith(".tmp"));
  // A file that was compressed while we crashed is there twice.
  const rotated = whole.filter((name) => name.endsWith(".gz") || !whole.includes(`${name}.gz`)).sort();
  // Room for the current file, and for what it is about to become.
  const excess = Math.max(0, rotated.length - Math.max(0, maxFiles - 2));
  const kept = rotated.slice(excess);
  return {
    remove: own.filter((name) => !kept.includes(name)),
    compress: kept.filter((name) => !name.endsWith(".gz")),
  };
}

/** `20260102-030405`, in UTC: later names sort after earlier ones. */
export function rotationStamp(nowMs: number): string {
  return new Date(nowMs)
    .toISOString()
    .replace(/\.\d+Z$/, "")
    .replace(/[-:]/g, "")
    .replace("T", "-");
}
