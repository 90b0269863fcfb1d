/**
 * The tags of upstream's structs, which lie beside the repository: whether a field is a pointer, and whether it is left
 * out when empty.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Field } from "#api";
import { root } from "../testing/program.ts";

const folder = join(root, "../shared/kubernetes-facts");

export interface Tag {
  readonly name: string;
  readonly isPointer: boolean;
  readonly omitsEmpty: boolean;
}

/** Why nothing can be compared here. */
export function missingTags(): string | undefined {
  return existsSync(folder) ? undefined : "needs the facts in ../shared/kubernetes-facts";
}

/** By struct, the fields of its own: those of inline structs are told there. `readTags("core.v1")` */
export function readTags(version: string): ReadonlyMap<string, readonly Tag[]> {
  const structs = new Map<string, Tag[]>();
  let fields: Tag[] = [];
  for (const line of readFileSync(join(folder, `${version}.txt`), "utf8").split("\n")) {
    const [, struct] = /^([A-Z]\w*)/.exec(line) ?? [];
    if (struct !== undefined) structs.set(struct, (fields = []));
    const [, name = "", flags = ""] = /^ +\d+ (\S+) [^|]+(?:\| (.*))?$/.exec(line) ?? [];
    const words = flags.split(" ");
    if (name === "" || words.includes("inline")) continue;
    fields.push({ name, isPointer: words.includes("ptr"), omitsEmpty: words.includes("omitempty") });
  }
  return structs;
}

/** Structs that print as `null` when they are zero, and such that print as something else. */
const nullStructs: ReadonlySet<string> = new Set(["time", "microTime", "rawExtension"]);
const otherStructs: ReadonlySet<string> = new Set(["quantity", "intOrString", "duration"]);

/** The words of a table that print as Go prints a field with this tag. */
export function presencesOf({ isPointer, omitsEmpty }: Tag, { of }: Field): readonly Field["presence"][] {
  if (isPointer) return [omitsEmpty ? "optional" : "nullable"];
  if (of.form === "message") return ["struct", "field"];
  const scalar = of.form === "scalar" ? of.name : undefined;
  if (scalar !== undefined && nullStructs.has(scalar)) return ["nullable"];
  if (scalar !== undefined && otherStructs.has(scalar)) return ["always", "field"];
  if (omitsEmpty) return ["omitempty"];
  return scalar === undefined || scalar === "bytes" ? ["nullable"] : ["always", "field"];
}
