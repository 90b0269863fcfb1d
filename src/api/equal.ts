/**
 * Equality of data whose type is not known, or does not matter: an absent list, map or object equals an empty one, and key
 * order means nothing. Who refuses a change compares with `sameOf`, which knows what an empty message says.
 */

/** `same({ a: [] }, {})` is true. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!isObject(a) || !isObject(b)) return isEmpty(a) && isEmpty(b);
  if (Array.isArray(a)) {
    if (!Array.isArray(b)) return a.length === 0 && isEmpty(b);
    if (a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!same(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return b.length === 0 && isEmpty(a);
  return sameMembers(a, b);
}

/** Equality of JSON to the letter, save the order of keys: `identical({ "f:a": {} }, {})` is false. */
export function identical(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!isObject(a) || !isObject(b)) return (a ?? undefined) === (b ?? undefined);
  const keys = Object.keys(a);
  return (
    Array.isArray(a) === Array.isArray(b) &&
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && identical(a[key], b[key]))
  );
}

type Data = Record<string, unknown>;

/** Two versions of one object mostly have the same keys in the same order. */
function sameMembers(a: Data, b: Data): boolean {
  const [keys, others] = [Object.keys(a), Object.keys(b)];
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    if (!same(a[key], key === others[i] ? b[key] : own(b, key))) return false;
  }
  for (let i = 0; i < others.length; i++) {
    const key = others[i] as string;
    if (key !== keys[i] && !Object.hasOwn(a, key) && !isEmpty(b[key])) return false;
  }
  return true;
}

function isObject(value: unknown): value is Data {
  return typeof value === "object" && value !== null;
}

function own(object: Data, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (!isObject(value)) return false;
  for (const _ in value) return false;
  return true;
}
