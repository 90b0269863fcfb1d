/**
 * `$(NAME)` in commands, arguments and values: replaced when NAME is known, kept when not; `$$` is a dollar
 * sign.
 */
export function expandReferences(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (match, name: string | undefined) =>
    name === undefined ? "$" : (variables.get(name) ?? match),
  );
}
