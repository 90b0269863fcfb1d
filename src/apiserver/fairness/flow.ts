/** What requests of one kind share: a flow schema's name, the level that it is served at, and how many there are. */
import type { RequestInfo } from "../request-info.ts";
import type { User } from "../user.ts";
import type { PriorityLevel } from "./priority-level.ts";

/** The requests of one flow schema at one level, since the start. */
export interface Tally {
  readonly schema: string;
  readonly level: string;
  executing: number;
  waiting: number;
  dispatched: number;
}

/** What a flow schema makes of a request. */
export interface Flow {
  readonly level: PriorityLevel;
  readonly tally: Tally;
  /** Tell the caller which schema and level its request was of. */
  readonly headers: Readonly<Record<string, string>>;
  /** What tells the schema's flows apart; absent: they are one. */
  readonly by: "ByUser" | "ByNamespace" | undefined;
}

/** The line that a request waits in: flows of a level are let in by turns. */
export function lineOf({ tally, by }: Flow, user: User, info: RequestInfo): string {
  const distinguisher = by === "ByUser" ? user.name : by === "ByNamespace" ? info.namespace : "";
  return `${tally.schema}\0${distinguisher}`;
}
