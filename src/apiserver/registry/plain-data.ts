/** Plain JSON data: freezing, copying, sharing. Shared objects are never changed, drafts never shared. */

/** Freezes in place, containers first; returns its argument. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const one of Object.values(value)) deepFreeze(one);
  return value;
}

/**
 * A deep, mutable copy of plain JSON data; leaves out `undefined` properties. Own `__proto__` keys stay
 * data. Sets of managed fields are never changed, and shared.
 */
export function copyOf<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf) as T;
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const one = (value as Record<string, unknown>)[key];
    if (one === undefined) continue;
    if (key === "fieldsV1") out[key] = one;
    else if (key === "__proto__") {
      Object.defineProperty(out, key, {
        value: copyOf(one),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    } else out[key] = copyOf(one);
  }
  return out as T;
}

/**
 * `after`, with every part that equals its counterpart in `before` replaced by it, so that whoever compares
 * the two compares only what differs. Neither is changed; give the result to readers only.
 */
export function sharedWith<T>(before: unknown, after: T): T {
  if (before === after || !isContainer(before) || !isContainer(after)) return after;
  if (Array.isArray(before) !== Array.isArray(after)) return after;
  const [old, now] = [before as Data, after as Data];
  const keys = Object.keys(now);
  let isSame = keys.length === Object.keys(old).length;
  const parts: unknown[] = new Array(keys.length);
  for (const [i, key] of keys.entries()) {
    const part = sharedWith(old[key], now[key]);
    parts[i] = part;
    isSame &&= part === old[key] && Object.hasOwn(old, key);
  }
  if (isSame) return before as T;
  if (Array.isArray(after)) return parts as T;
  return Object.fromEntries(keys.map((key, i) => [key, parts[i]])) as T;
}

type Data = Readonly<Record<string, unknown>>;

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
