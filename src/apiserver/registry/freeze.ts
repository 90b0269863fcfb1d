/** Deep freezing and copying of plain JSON data: shared objects are never changed, drafts never shared. */

/** Freezes in place, containers first; returns its argument. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const one of Object.values(value)) deepFreeze(one);
  return value;
}

/** A deep, mutable copy of plain JSON data; leaves out `undefined` properties. Own `__proto__` keys stay data. */
export function copyOf<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf) as T;
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const one = (value as Record<string, unknown>)[key];
    if (one === undefined) continue;
    if (key === "__proto__") {
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
