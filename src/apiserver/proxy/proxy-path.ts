/** What a proxy path says: `[SCHEME:]NAME[:PORT]` before `/proxy`, and the backend's own path after it. */

/** `"https:web:8443"` */
export interface ProxyName {
  readonly scheme: "http" | "https" | "";
  readonly name: string;
  /** A number, or the name of a port; empty when none was given. */
  readonly port: string;
}

/** Undefined when it is none. */
export function parseProxyName(text: string): ProxyName | undefined {
  const parts = text.split(":");
  if (parts.length > 3) return undefined;
  const [scheme, name, port] = parts.length === 3 ? parts : ["", parts[0], parts[1] ?? ""];
  if (name === undefined || name === "" || port === undefined) return undefined;
  if (scheme !== "" && scheme !== "http" && scheme !== "https") return undefined;
  return { scheme, name, port };
}

/**
 * The path for the backend, still escaped as the client sent it: `""` for `.../proxy`, `"/a/"` for `.../proxy/a/`.
 * Dots are resolved here, so that they cannot climb out of it.
 */
export function backendPath(path: string): string {
  const found = /\/(?:pods|services|nodes)\/+[^/]+\/+proxy(?=\/|$)/.exec(path);
  const tail = found === null ? "" : path.slice(found.index + found[0].length);
  if (tail === "") return "";
  const kept: string[] = [];
  for (const segment of tail.split("/")) {
    const plain = segment.replace(/%2e/gi, ".");
    if (plain === "..") kept.pop();
    else if (plain !== "" && plain !== ".") kept.push(segment);
  }
  return `/${kept.join("/")}${kept.length > 0 && tail.endsWith("/") ? "/" : ""}`;
}
