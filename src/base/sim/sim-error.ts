/** What a drive of a simulated world can end in, other than the error of the code that it ran. */
import { CodedError } from "../errors.ts";

/**
 * `stalled`: nothing is pending, and what was waited for has not come. `timeout`: it has not come in the
 * virtual time given. `runaway`: too many events. `trapped`: simulated code reached for the real world.
 */
export type SimErrorCode = "stalled" | "timeout" | "runaway" | "trapped";

export class SimError extends CodedError<SimErrorCode> {}
