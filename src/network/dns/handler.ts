/**
 * What a DNS handler is: the first of the table (`handlers.ts`) that has an answer gives it. A handler that is not asked
 * for such a name says so by undefined, at once.
 */
import type { PreparedAnswer, Query } from "./message.ts";
import type { Answer } from "./record.ts";
import type { Zone } from "./zone.ts";

/** How names of pods by address (`10-244-0-3.default.pod.cluster.local`) are answered, as CoreDNS's `pods`. */
export type PodNames = "disabled" | "insecure" | "verified";

/** What handlers see of the server. */
export interface DnsContext {
  readonly zone: Zone;
  readonly podNames: PodNames;
  /** Whether a pod of that namespace has the address; asked for `verified` only. */
  readonly hasPod: (namespace: string, address: string) => boolean;
  /** Asks elsewhere; SERVFAIL when nobody answers. Undefined when there is no elsewhere. */
  readonly forward: ((query: Query, signal: AbortSignal) => Promise<ForwardedAnswer>) | undefined;
}

export interface ForwardedAnswer {
  readonly prepared: PreparedAnswer;
  readonly ageSeconds: number;
}

/** Answers as records, which are made bytes, or as bytes. */
export type Handled = Answer | PreparedAnswer | Promise<ForwardedAnswer | Answer>;

export interface DnsHandler {
  readonly name: string;
  answer(query: Query, context: DnsContext, signal: AbortSignal): Handled | undefined;
}

/** An answer with nothing but a code. */
export function bare(code: Answer["code"], authoritative = false): Answer {
  return { code, authoritative, answers: [], authority: [], additional: [] };
}
