/** The conditions of a Namespace that is being deleted: what stands in the way. Pure. */
import { type Namespace, rfc3339 } from "#api";

/** What one turn of emptying a namespace found. */
export interface Progress {
  /** Groups that could not be discovered. */
  readonly undiscovered: readonly string[];
  /** Failed deletions, as text. */
  readonly failures: readonly string[];
  /** Objects left, by resource (`"pods."`, `"deployments.apps"`). */
  readonly remaining: ReadonlyMap<string, number>;
  /** How many of those wait for each finalizer. */
  readonly finalizers: ReadonlyMap<string, number>;
}

type Condition = NonNullable<Namespace["status"]["conditions"]>[number];
type Draft = Pick<Condition, "type" | "status"> & { readonly reason: string; readonly message: string };

/** The conditions after that turn; those that say the same as before keep their time. */
export function namespaceConditions(
  old: readonly Condition[],
  progress: Progress,
  nowMs: number,
): Condition[] {
  const conditions = [...old];
  for (const draft of drafts(progress)) {
    const at = conditions.findIndex(({ type }) => type === draft.type);
    const known = conditions[at];
    if (known?.status === draft.status && known.reason === draft.reason && known.message === draft.message)
      continue;
    const moved = known?.status !== draft.status;
    const lastTransitionTime = moved ? rfc3339(nowMs) : known.lastTransitionTime;
    const { type, status, reason, message } = draft;
    const fresh: Condition = { type, status, lastTransitionTime, reason, message };
    if (at < 0) conditions.push(fresh);
    else conditions[at] = fresh;
  }
  return conditions;
}

function drafts({ undiscovered, failures, remaining, finalizers }: Progress): readonly Draft[] {
  const left = listed(remaining, (name, count) => `${name} has ${count} resource instances`);
  const waiting = listed(finalizers, (name, count) => `${name} in ${count} resource instances`);
  return [
    draft(
      "NamespaceDeletionDiscoveryFailure",
      undiscovered.length > 0 && [
        "DiscoveryFailed",
        `Discovery failed for some groups, ${undiscovered.length} failing: ${undiscovered.join(", ")}`,
      ],
      ["ResourcesDiscovered", "All resources successfully discovered"],
    ),
    draft("NamespaceDeletionGroupVersionParsingFailure", false, [
      "ParsedGroupVersions",
      "All legacy kube types successfully parsed",
    ]),
    draft(
      "NamespaceDeletionContentFailure",
      failures.length > 0 && [
        "ContentDeletionFailed",
        `Failed to delete all resource types, ${failures.length} remaining: ${failures.join(", ")}`,
      ],
      ["ContentDeleted", "All content successfully deleted, may be waiting on finalization"],
    ),
    draft(
      "NamespaceContentRemaining",
      remaining.size > 0 && ["SomeResourcesRemain", `Some resources are remaining: ${left}`],
      ["ContentRemoved", "All content successfully removed"],
    ),
    draft(
      "NamespaceFinalizersRemaining",
      finalizers.size > 0 && [
        "SomeFinalizersRemain",
        `Some content in the namespace has finalizers remaining: ${waiting}`,
      ],
      ["ContentHasNoFinalizers", "All content-preserving finalizers finished"],
    ),
  ];
}

type Told = readonly [reason: string, message: string];

function draft(type: string, problem: Told | false, fine: Told): Draft {
  const [reason, message] = problem === false ? fine : problem;
  return { type, status: problem === false ? "False" : "True", reason, message };
}

function listed(counts: ReadonlyMap<string, number>, say: (name: string, count: number) => string): string {
  const names = [...counts.keys()].sort();
  return names.map((name) => say(name, counts.get(name) ?? 0)).join(", ");
}
