/** What a simulated cluster consists of, and how it is disturbed by whoever runs it. */
import type { ControllerDefinition } from "#controllers";
import type { AnsweredCall } from "./audited-transport.ts";

export interface SimClusterOptions {
  /** Default 3. */
  readonly nodes?: number;
  /** Default 2. */
  readonly managers?: number;
  /** Default: all. */
  readonly definitions?: readonly ControllerDefinition[];
  /** False: the only manager always leads, and so does the only scheduler. Default true. */
  readonly leaderElect?: boolean;
  /** Crashes the process after this answer when it returns true. Default: never. */
  readonly crashAfter?: (call: AnsweredCall) => boolean;
  /** How long a crashed host stays down, in ms. Default: drawn from 100 to 5,000. */
  readonly restartMs?: (host: string) => number;
  /** Ends the run at its first finding. Default false. */
  readonly stopAtFinding?: boolean;
  /** Bounds what is drawn for `maxDelayMs`, above 2; 0 lets nothing lag. Default 2. */
  readonly slowestMs?: number;
}
