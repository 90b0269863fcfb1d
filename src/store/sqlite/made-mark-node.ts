/**
 * A file beside the database that says that it was made. A database that is missing or empty would else be taken for one
 * that is yet to be made, and its cluster would begin anew in silence. The mark comes when the database is durable: a
 * first start that was broken off leaves none.
 */
import { closeSync, existsSync, fsyncSync, openSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { StoreError } from "../errors.ts";

const text = "The database beside this file was made. To begin with an empty one, remove both.\n";

/** Throws `corrupt` when the database was made and is no more. */
export function requireMade(database: string): void {
  const isThere = existsSync(database);
  if ((isThere && statSync(database).size > 0) || !existsSync(markOf(database))) return;
  const what = isThere ? "empty" : "missing";
  throw new StoreError("corrupt", `Cannot read the journal ${JSON.stringify(database)}: it is ${what} now`);
}

/** Durable when it returns. */
export function markMade(database: string): void {
  const mark = markOf(database);
  if (existsSync(mark)) return;
  writeFileSync(mark, text, { mode: 0o600, flush: true });
  const folder = openSync(dirname(mark), "r");
  fsyncSync(folder);
  closeSync(folder);
}

function markOf(database: string): string {
  return `${database}.made`;
}
