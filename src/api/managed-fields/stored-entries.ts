/**
 * `metadata.managedFields` as stored text and back, without taking its sets apart: a set's text is known, and
 * the set of a text is. Other text than ours is parsed as any JSON.
 *
 *   [{"manager":"kubectl",...,"fieldsType":"FieldsV1","fieldsV1":{"f:spec":{}},"subresource":"status"}]
 */
import type { ManagedFieldsEntry } from "../types/meta/object-meta.ts";
import type { FieldSet } from "./field-set.ts";
import { setOfText, textOf } from "./interned-sets.ts";

const SET = ',"fieldsV1":';
const SUBRESOURCE = ',"subresource":"';

/** The text of the list, with the entries' fields in the order of their type. */
export function entriesText(entries: readonly ManagedFieldsEntry[]): string {
  return `[${entries.map(entryText).join(",")}]`;
}

function entryText(entry: ManagedFieldsEntry): string {
  const { fieldsV1, subresource, ...head } = entry;
  if (fieldsV1 === undefined || fieldsV1 === null) return JSON.stringify(entry);
  const tail = subresource === undefined ? "" : `,"subresource":${JSON.stringify(subresource)}`;
  return `${JSON.stringify(head).slice(0, -1)}${SET}${textOf(fieldsV1 as FieldSet)}${tail}}`;
}

/** The list of a text that `entriesText` made. */
export function parseEntries(text: string): ManagedFieldsEntry[] {
  try {
    return cutEntries(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // A name in a set looked like the end of it.
    return JSON.parse(text) as ManagedFieldsEntry[];
  }
}

/** After a set, which holds objects only, come a subresource, the next entry or the end. */
function cutEntries(text: string): ManagedFieldsEntry[] {
  const sets: FieldSet[] = [];
  let heads = "";
  let from = 0;
  for (let at = text.indexOf(SET); at >= 0; at = text.indexOf(SET, from)) {
    const start = at + SET.length;
    const next = text.indexOf("},{", start);
    const end = next < 0 ? text.length - 2 : next;
    // A set ends with a brace; to look for what is not there takes as long as the set is.
    const tail = text[end - 1] === "}" ? -1 : text.lastIndexOf(SUBRESOURCE, end);
    const setEnd = tail > start ? tail : end;
    heads += `${text.slice(from, start)}${sets.length}`;
    sets.push(setOfText(text.slice(start, setEnd)));
    from = setEnd;
  }
  const entries = JSON.parse(heads + text.slice(from)) as { fieldsV1?: unknown }[];
  for (const entry of entries) if (typeof entry.fieldsV1 === "number") entry.fieldsV1 = sets[entry.fieldsV1];
  return entries as ManagedFieldsEntry[];
}
