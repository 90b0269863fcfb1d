/** How long a pod may run, and how long it gets to end; pure, in upstream's order of reasons. */
import { parseTime, type Pod } from "#api";

/** Why a pod ends, besides its deletion. */
export interface EndingReasons {
  /** Its object is gone from the API. */
  readonly gone: boolean;
  /** The node ended it, or its containers are done. */
  readonly over: boolean;
  /** Of an evicted pod, at most that of its own. */
  readonly evictionGrace: number | undefined;
}

/** The grace in seconds that a pod gets to end, or undefined while it shall run. */
export function endingGrace({ metadata, spec, status }: Pod, reasons: EndingReasons): number | undefined {
  const usual = spec.terminationGracePeriodSeconds ?? 30;
  if (metadata.deletionTimestamp !== undefined) return metadata.deletionGracePeriodSeconds ?? usual;
  if (reasons.gone) return Math.max(1, metadata.deletionGracePeriodSeconds ?? usual);
  if (reasons.evictionGrace !== undefined) return Math.min(usual, reasons.evictionGrace);
  const over = reasons.over || status.phase === "Failed" || status.phase === "Succeeded";
  return over ? usual : undefined;
}

/** The grace in seconds of a single container of a pod. */
export function usualGrace({ metadata, spec }: Pod): number {
  return metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
}

/** When a pod that started at `startTime` has run for as long as it may; undefined: never. */
export function deadlineMs({ spec }: Pod, startTime: string | undefined): number | undefined {
  const seconds = spec.activeDeadlineSeconds;
  const began = parseTime(startTime);
  return seconds === undefined || began === undefined ? undefined : began + seconds * 1000;
}
