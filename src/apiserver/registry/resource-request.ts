/**
 * A request for a resource after routing: the verb functions read nothing else. Options come from the query
 * (for deletes from the body too) and are checked as upstream checks them.
 */
import { FieldErrors, type RequestContext, type Resource, invalid } from "#api";
import type { Call } from "../call.ts";
import type { RequestInfo } from "../request-info.ts";
import type { User } from "../user.ts";

export type FieldValidation = "Strict" | "Warn" | "Ignore";

export interface ResourceRequest {
  readonly call: Call;
  readonly info: RequestInfo;
  readonly resource: Resource;
  readonly user: User;
  /** Milliseconds since the epoch when the request entered. */
  readonly now: number;
  readonly warnings: Warnings;
}

/** Texts for `Warning` headers, each once, bounded as upstream. */
export class Warnings {
  readonly #texts = new Set<string>();

  add(text: string): void {
    if (this.#texts.size < MAX_WARNINGS) this.#texts.add(text);
  }

  get texts(): readonly string[] {
    return [...this.#texts];
  }
}

const MAX_WARNINGS = 30;
const MAX_MANAGER_LENGTH = 128;

export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly fieldValidation: FieldValidation;
  /** Of an apply. */
  readonly force: boolean;
}

/** Reads and checks `dryRun`, `fieldManager`, `fieldValidation` and `force`. Throws 422 as upstream. */
export function writeOptions(
  request: ResourceRequest,
  kind: "CreateOptions" | "UpdateOptions" | "PatchOptions",
  isApply = false,
): WriteOptions {
  const { query } = request.info;
  const errors = new FieldErrors();
  const dryRun = checkDryRun(query.getAll("dryRun"), errors);
  const manager = query.get("fieldManager") ?? "";
  if (manager.length > MAX_MANAGER_LENGTH) errors.tooLong("fieldManager", MAX_MANAGER_LENGTH);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: unprintable characters are what is refused
  if (/[\u0000-\u001f\u007f]/.test(manager))
    errors.invalid("fieldManager", manager, "should only contain printable characters");
  const force = query.get("force");
  if (isApply && manager === "") errors.required("fieldManager", "is required for apply patch");
  if (!isApply && kind === "PatchOptions" && force !== null)
    errors.forbidden("force", "may not be specified for non-apply patch");
  const validation = query.get("fieldValidation") ?? "";
  if (!["", "Strict", "Warn", "Ignore"].includes(validation)) {
    errors.notSupported("fieldValidation", validation, ["", "Ignore", "Strict", "Warn"]);
  }
  if (!errors.empty) throw invalid({ group: "meta.k8s.io", kind }, "", errors);
  return {
    dryRun,
    fieldManager: manager !== "" ? manager : managerOf(request.call.header("user-agent")),
    fieldValidation: validation === "" ? "Warn" : (validation as FieldValidation),
    force: force === "true" || force === "1",
  };
}

/** Only `All` exists. */
export function checkDryRun(values: readonly string[], errors: FieldErrors): boolean {
  for (const value of values) if (value !== "All") errors.notSupported("dryRun", value, ["All"]);
  return values.length > 0;
}

/** `kubectl/v1.32.0 (linux/amd64)` manages as `kubectl`. */
function managerOf(userAgent: string | undefined): string {
  const name = (userAgent ?? "").split("/")[0]?.slice(0, MAX_MANAGER_LENGTH) ?? "";
  return name === "" ? "unknown" : name;
}

/** What a kind's hooks may know. */
export function contextOf(request: ResourceRequest, dryRun: boolean): RequestContext {
  const { subresource } = request.info;
  return {
    now: request.now,
    userName: request.user.name,
    user: request.user,
    subresource: subresource === "" ? undefined : subresource,
    dryRun,
  };
}
