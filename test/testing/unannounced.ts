/**
 * What nobody tells of is looked at again and again, and only here: the end of a process that is not our child, rules,
 * mounts and cgroups that others take away, and what a program of somebody else knows by now. Where there is a watch,
 * a stream, an output or an end to wait for, wait for that.
 */
import assert from "node:assert/strict";

const lookMs = 50;

/** Resolves when `holds`; fails after `limitMs`. */
export async function unannounced(
  what: string,
  holds: () => boolean | Promise<boolean>,
  limitMs = 15_000,
): Promise<void> {
  for (const end = performance.now() + limitMs; !(await holds()); ) {
    assert.ok(performance.now() < end, `not within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}
