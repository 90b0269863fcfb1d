/**
 * `$(NAME)` in commands, arguments and values: replaced when NAME is known, kept when not; `$$` is a dollar
 * sign.
 */
const reference = /\$(?:\$|\(([^)]*)\))/g;

export function expandReferences(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(reference, (match, name: string | undefined) =>
    name === undefined ? "$" : (variables.get(name) ?? match),
  );
}

/** The names in a text that have no value, or an empty one, in order. */
export function referencesWithoutValue(text: string, variables: ReadonlyMap<string, string>): string[] {
  const names = [...text.matchAll(reference)].flatMap(([, name]) => name ?? []);
  return [...new Set(names.filter((name) => !variables.get(name)))].sort();
}
