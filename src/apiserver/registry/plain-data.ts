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
  // A spread copies the object's shape at once; only what lies below has to be looked at.
  const out: Record<string, unknown> = { ...(value as Data) };
  for (const key of Object.keys(out)) {
    const one = out[key];
    if (one === undefined) delete out[key];
    else if (typeof one !== "object" || one === null || key === "fieldsV1") continue;
    else if (key === "__proto__") Object.defineProperty(out, key, { ...OWN, value: copyOf(one) });
    else out[key] = copyOf(one);
  }
  return out as T;
}

const OWN = { enumerable: true, writable: true, configurable: true };

/**
 * `after`, with every part that equals its counterpart in `before` replaced by it, so that whoever compares
 * the two compares only what differs. Neither is changed; give the result to readers only.
 */
export function sharedWith<T>(before: unknown, after: T): T {
  if (before === after || !isContainer(before) || !isContainer(after)) return after;
  if (Array.isArray(before) !== Array.isArray(after)) return after;
  if (isEqual(before, after)) return before as T;
  if (Array.isArray(after))
    return after.map((one, i) => sharedWith((before as unknown as Data)[i], one)) as T;
  const [old, now] = [before as Data, after as Data];
  const keys = Object.keys(now);
  return Object.fromEntries(keys.map((key) => [key, sharedWith(ownOf(old, key), now[key])])) as T;
}

/** Equality to the last key, in one order: another order is rare, and only costs a comparison later on. */
function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  const [keys, others] = [Object.keys(a), Object.keys(b)];
  if (keys.length !== others.length) return false;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    if (key !== others[i] || !isEqual((a as Data)[key], (b as Data)[key])) return false;
  }
  return true;
}

function ownOf(object: Data, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

type Data = Readonly<Record<string, unknown>>;

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
