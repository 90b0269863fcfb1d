/** Accept headers (RFC 9110, section 12.5.1). */

/** One clause of an Accept header. */
export interface Clause {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** The clauses of an Accept header in order of preference: by `q`, then what is named before what is wild. */
export function parseAccept(header: string): readonly Clause[] {
  const clauses = header.split(",").map((text) => {
    const [type = "", ...rest] = text.split(";").map((part) => part.trim());
    const parameters = new Map<string, string>();
    for (const part of rest) {
      const at = part.indexOf("=");
      if (at > 0) parameters.set(part.slice(0, at), part.slice(at + 1));
    }
    return { type: type.toLowerCase(), parameters };
  });
  const quality = (clause: Clause): number => Number(clause.parameters.get("q") ?? "1") || 0;
  const wildness = ({ type }: Clause): number => (type === "*/*" ? 2 : type.endsWith("/*") ? 1 : 0);
  return clauses
    .filter((clause) => clause.type !== "")
    .sort((a, b) => quality(b) - quality(a) || wildness(a) - wildness(b));
}
