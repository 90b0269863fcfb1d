/**
 * The order of a merged list. Items that the patch names take its order; the others keep theirs and go before
 * the first named item that they preceded on the server:
 *
 *   server a b c d, patch d b  ->  a c d b
 */
import { malformed } from "./errors.ts";

/** `idOf` gives what names an item: a scalar itself, or the merge key's value. */
export function orderItems<T>(
  items: readonly T[],
  idOf: (item: T) => unknown,
  wanted: readonly unknown[],
  serverIds: readonly unknown[],
): T[] {
  const wantedAt = positions(wanted);
  const serverAt = positions(serverIds);
  const named = items.filter((item) => wantedAt.has(idOf(item)));
  const others = items.filter((item) => !wantedAt.has(idOf(item)));
  named.sort((a, b) => place(wantedAt, idOf(a)) - place(wantedAt, idOf(b)));
  const ordered: T[] = [];
  let next = 0;
  for (const item of named) {
    const at = place(serverAt, idOf(item));
    while (next < others.length && place(serverAt, idOf(others[next] as T)) < at)
      ordered.push(others[next++] as T);
    ordered.push(item);
  }
  return [...ordered, ...others.slice(next)];
}

/** Throws `PatchError` `malformed` unless the patch's ids stand in `order`, in this order. */
export function checkOrder(patchIds: readonly unknown[], order: readonly unknown[], field: string): void {
  let next = 0;
  for (const id of order) {
    if (next < patchIds.length && patchIds[next] === id) next++;
  }
  if (next === patchIds.length) return;
  throw malformed(
    `Cannot read strategic merge patch: $setElementOrder/${field} does not order the items of the patch`,
  );
}

function positions(ids: readonly unknown[]): ReadonlyMap<unknown, number> {
  const at = new Map<unknown, number>();
  ids.forEach((id, i) => {
    if (!at.has(id)) at.set(id, i);
  });
  return at;
}

/** Items that the server does not know come before nothing. */
function place(at: ReadonlyMap<unknown, number>, id: unknown): number {
  return at.get(id) ?? -1;
}
