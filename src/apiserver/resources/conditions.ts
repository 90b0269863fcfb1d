/** Conditions that the server itself writes into a status. */
interface Condition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string | null | undefined;
}

/** The list with `next` in the place of its type's, whose time stays as long as its status does. */
export function withCondition<T extends Condition>(list: readonly T[] | undefined, next: T): T[] {
  const conditions = list ?? [];
  const i = conditions.findIndex((one) => one.type === next.type);
  const before = conditions[i];
  if (before === undefined) return [...conditions, next];
  const { lastTransitionTime } = before.status === next.status ? before : next;
  return conditions.with(i, { ...next, lastTransitionTime });
}
