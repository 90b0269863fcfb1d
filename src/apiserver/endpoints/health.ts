/** `/healthz`, `/livez` and `/readyz`: checks by name, one line each with `?verbose` or when one fails. */
import { textAnswer } from "../answers.ts";
import type { Answer } from "../call.ts";
import type { Admitted } from "../gate.ts";

/** Undefined when all is well, else why not. */
type Check = () => string | undefined;

const TEXT = "text/plain; charset=utf-8";

export interface HealthChecks {
  readonly live: Readonly<Record<string, Check>>;
  /** In addition to those of `live`. */
  readonly ready: Readonly<Record<string, Check>>;
}

/** Undefined for other paths. `/readyz/etcd` asks one check; `?exclude=etcd` leaves it out. */
export function healthAnswer(checks: HealthChecks, { info }: Admitted): Answer | undefined {
  const match = /^\/(healthz|livez|readyz)(?:\/(.*))?$/.exec(info.path);
  if (match === null) return undefined;
  const [, path = "", name = ""] = match;
  const all = path === "readyz" ? { ...checks.live, ...checks.ready } : checks.live;
  if (name !== "") return Object.hasOwn(all, name) ? oneAnswer(all[name]?.()) : undefined;
  const excluded = new Set(info.query.getAll("exclude").filter((one) => one !== ""));
  return report(path, all, excluded, info.query.has("verbose"));
}

/** Who asks for one check may know why it fails. */
function oneAnswer(reason: string | undefined): Answer {
  return reason === undefined
    ? textAnswer(200, TEXT, "ok")
    : textAnswer(500, TEXT, `internal server error: ${reason}\n`);
}

function report(
  path: string,
  checks: Readonly<Record<string, Check>>,
  excluded: Set<string>,
  isVerbose: boolean,
): Answer {
  let failed = false;
  const lines = Object.entries(checks).map(([name, check]) => {
    if (excluded.delete(name)) return `[+]${name} excluded: ok`;
    if (check() === undefined) return `[+]${name} ok`;
    failed = true;
    return `[-]${name} failed: reason withheld`;
  });
  if (excluded.size > 0) {
    const names = [...excluded].sort().map((name) => `"${name}"`);
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names.join(", ")}`);
  }
  if (failed) return textAnswer(500, TEXT, `${lines.join("\n")}\n${path} check failed\n`);
  return textAnswer(200, TEXT, isVerbose ? `${lines.join("\n")}\n${path} check passed\n` : "ok");
}
