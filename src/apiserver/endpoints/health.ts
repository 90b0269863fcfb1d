/** `/healthz`, `/livez` and `/readyz`: checks by name, one line each with `?verbose` or when one fails. */
import { textAnswer } from "../answers.ts";
import type { Answer } from "../call.ts";
import type { Admitted } from "../gate.ts";

/** Undefined when all is well, else why not. */
type Check = () => string | undefined;

const PATHS = new Set(["healthz", "livez", "readyz"]);
const TEXT = "text/plain; charset=utf-8";

export interface HealthChecks {
  readonly live: Readonly<Record<string, Check>>;
  /** In addition to those of `live`. */
  readonly ready: Readonly<Record<string, Check>>;
}

/** Undefined for other paths. `/readyz/etcd` asks one check. */
export function healthAnswer(checks: HealthChecks, { info }: Admitted): Answer | undefined {
  const [, path = "", name, ...rest] = info.path.split("/");
  if (!PATHS.has(path) || rest.length > 0) return undefined;
  const all = path === "readyz" ? { ...checks.live, ...checks.ready } : checks.live;
  if (name !== undefined && name !== "") {
    if (!Object.hasOwn(all, name)) return undefined;
    return report(path, { [name]: all[name] as Check }, false);
  }
  const excluded = new Set(info.query.getAll("exclude"));
  const chosen = Object.fromEntries(Object.entries(all).filter(([one]) => !excluded.has(one)));
  return report(path, chosen, info.query.has("verbose"));
}

function report(path: string, checks: Readonly<Record<string, Check>>, isVerbose: boolean): Answer {
  const lines: string[] = [];
  let failed = false;
  for (const [name, check] of Object.entries(checks)) {
    const reason = check();
    failed ||= reason !== undefined;
    lines.push(reason === undefined ? `[+]${name} ok` : `[-]${name} failed: ${reason}`);
  }
  if (failed) return textAnswer(500, TEXT, `${lines.join("\n")}\n${path} check failed\n`);
  return textAnswer(200, TEXT, isVerbose ? `${lines.join("\n")}\n${path} check passed\n` : "ok");
}
