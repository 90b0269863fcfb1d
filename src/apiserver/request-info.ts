/**
 * Takes a request line apart into what authorization, audit and routing ask about: verb, group, version,
 * resource, subresource, namespace and name; upstream's `RequestInfo`. Nothing here knows which resources
 * exist.
 */
export interface RequestInfo {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly isResource: boolean;
  /**
   * `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; else the method in
   * lower case.
   */
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** What follows the subresource (`proxy/metrics/cadvisor`). */
  readonly rest: string;
}

const EMPTY_QUERY = new URLSearchParams();
const NOT_A_RESOURCE = {
  group: "",
  version: "",
  plural: "",
  subresource: "",
  namespace: "",
  name: "",
  rest: "",
};
const VERBS: Readonly<Record<string, string>> = {
  POST: "create",
  GET: "get",
  HEAD: "get",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};
/** Subresources of a namespace, which would read as resources inside it. */
const NAMESPACE_SUBRESOURCES = new Set(["status", "finalize"]);

/** Parses method and target; a path that is no resource path comes back with `isResource` false. */
export function requestInfo(method: string, target: string): RequestInfo {
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? EMPTY_QUERY : new URLSearchParams(target.slice(mark + 1));
  const segments = path.replace(/^\/|\/$/g, "").split("/");
  const isCore = segments[0] === "api";
  const isGroup = segments[0] === "apis";
  const prefix = isCore ? 2 : 3;
  if ((!isCore && !isGroup) || segments.length <= prefix) {
    return { method, path, query, isResource: false, verb: method.toLowerCase(), ...NOT_A_RESOURCE };
  }
  let verb = VERBS[method] ?? "";
  let parts = segments.slice(prefix);
  if (path.includes("%")) parts = parts.map(decode);
  if (parts[0] === "watch" && parts.length > 1) {
    parts = parts.slice(1);
    verb = "watch";
  }
  const { namespace, rest: afterNamespace } = splitNamespace(parts);
  const [plural = "", name = "", subresource = "", ...rest] = afterNamespace;
  if (name === "") {
    if (verb === "get") verb = isTrue(query.get("watch")) ? "watch" : "list";
    else if (verb === "delete") verb = "deletecollection";
  }
  return {
    method,
    path,
    query,
    isResource: true,
    verb,
    group: isCore ? "" : (segments[1] ?? ""),
    version: (isCore ? segments[1] : segments[2]) ?? "",
    plural,
    subresource,
    namespace,
    name: name !== "" || verb === "create" ? name : selectedName(query),
    rest: rest.join("/"),
  };
}

function splitNamespace(parts: string[]): { namespace: string; rest: string[] } {
  if (parts[0] !== "namespaces" || parts.length < 2) return { namespace: "", rest: parts };
  const namespace = parts[1] ?? "";
  const third = parts[2];
  const isObject = third === undefined || NAMESPACE_SUBRESOURCES.has(third);
  return { namespace, rest: isObject ? parts : parts.slice(2) };
}

/** A list restricted to one name by field selector is authorized for that name. */
function selectedName(query: URLSearchParams): string {
  const selector = query.get("fieldSelector");
  if (selector === null) return "";
  for (const term of selector.split(",")) {
    const match = /^metadata\.name==?([^=!]+)$/.exec(term);
    if (match?.[1] !== undefined) return match[1];
  }
  return "";
}

function decode(segment: string): string {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // not an escape: the name will not be found
  }
}

/** A boolean query parameter as upstream reads it: present and not `false`, in any case, or `0`. */
export function isTrue(value: string | null | undefined): boolean {
  return value !== null && value !== undefined && value !== "0" && value.toLowerCase() !== "false";
}
