/** What a command was told, as `/flagz` shows it: `{ virtualNodes: "3" }` is `{ "virtual-nodes": "3" }`. Pure. */

/** Flags that have no value, neither a given one nor by default, are left out. */
export function flagsOf(options: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [flagName(name), String(value)]));
}

function flagName(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
