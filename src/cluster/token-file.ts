/**
 * Static bearer tokens as kube-apiserver's `--token-auth-file` has them: a line for each, `token,user,uid`, and the groups
 * as a fourth value, in quotes when there are several.
 *
 *   31ada4fd,alice,17,"developers,admins"
 */
import { readFileSync } from "node:fs";
import { type User, userOf } from "#apiserver";
import { messageOf } from "#base";
import { ClusterError } from "./errors.ts";

/** Reads the file. Throws `bad-option` with the line that cannot be read. */
export function readTokens(path: string): ReadonlyMap<string, User> {
  const tokens = new Map<string, User>();
  for (const [i, line] of linesOf(path).entries()) {
    if (line.trim() === "") continue;
    const [token = "", name = "", uid = "", groups = ""] = valuesOf(line);
    if (token === "" || name === "" || uid === "") {
      const message = `Cannot use line ${i + 1} of token file "${path}": it is not TOKEN,USER,UID[,"GROUPS"]`;
      throw new ClusterError(
        "bad-option",
        message,
        'Write lines such as: secret,alice,17,"developers,admins"',
      );
    }
    const names = groups.split(",").map((group) => group.trim());
    tokens.set(
      token,
      userOf(
        name,
        names.filter((group) => group !== ""),
        uid,
      ),
    );
  }
  return tokens;
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, "utf8").split(/\r?\n/);
  } catch (cause) {
    const message = `Cannot read token file "${path}": ${messageOf(cause)}`;
    throw new ClusterError("bad-option", message, "Give a readable file with --token-auth-file FILE.", {
      cause,
    });
  }
}

/** The values between commas; a quoted one may hold commas, and a quote as two. */
function valuesOf(line: string): readonly string[] {
  const values = line.matchAll(/(?:^|,)\s*(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return [...values].map(([, quoted, plain = ""]) => quoted?.replaceAll('""', '"') ?? plain.trim());
}
