/**
 * Files that containers take variables from (KEP-3721), in a part of a shell's language: `NAME='value'` with the value
 * as it stands, over several lines if need be; comments and blank lines; no space before `=`. After a space behind `=`
 * the value is empty, as in a shell.
 */
const statement = /[ \t]*(?:(?:#.*)?|([^=\n]*[^= \t\n])=(?:'([^']*)'[ \t]*(?:#.*)?|[ \t].*))(?:\n|$)/;

/** The value of the first statement for `key`; empty when there is none. Throws at a line before it that is no statement. */
export function envFileValue(text: string, key: string): string {
  const lines = text.replaceAll("\r\n", "\n");
  const next = new RegExp(statement, "y");
  for (let at = 0; at < lines.length; at = next.lastIndex) {
    const found = next.exec(lines);
    if (found === null) throw new Error(`line ${lines.slice(0, at).split("\n").length} is no NAME='value'`);
    if (found[1] === key) return found[2] ?? "";
  }
  return "";
}
