/** What is wrong with a value by its schema, before it is known where the value stands. */
import type { FieldErrors } from "../field-errors.ts";
import type { Regexps } from "../regexp.ts";

/** One fault. `path`: from the value, `a.b[0]`; absent: it is about the value as a whole, in whatever part it was found. */
export interface Finding {
  readonly path?: string;
  report(field: string, errors: FieldErrors): void;
}

/** The faults of one value, and how much of it was looked at: the alternative that went furthest tells its faults. */
export class Findings {
  readonly patterns: Regexps;
  readonly list: Finding[] = [];
  looks = 0;

  constructor(patterns: Regexps) {
    this.patterns = patterns;
  }

  get empty(): boolean {
    return this.list.length === 0;
  }

  add(path: string, report: Finding["report"]): void {
    this.list.push({ path, report });
  }

  invalid(path: string, value: unknown, detail: string): void {
    this.add(path, (field, errors) => errors.invalid(field, value, detail));
  }

  /** About the whole. */
  none(detail: string): void {
    this.list.push({ report: (field, errors) => errors.invalid(field, "", detail) });
  }

  merge(other: Findings): void {
    for (const finding of other.list) this.list.push(finding);
    this.looks += other.looks;
  }

  /** Tells them all of a value at `field`. */
  reportTo(field: string, errors: FieldErrors): void {
    for (const { path, report } of this.list) {
      const steps = path?.replace(/^\./, "") ?? "";
      report(steps === "" ? field : `${field}.${steps}`, errors);
    }
  }
}
