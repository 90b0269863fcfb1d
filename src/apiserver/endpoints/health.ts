/** `/healthz`, `/livez` and `/readyz`: checks by name, one line each with `?verbose` or when one fails. */
import { lineAnswer } from "../answers.ts";
import type { Answer } from "../call.ts";
import type { Admitted } from "../gate.ts";

/** Undefined when all is well, else why not. */
type Check = () => string | undefined;

export interface HealthChecks {
  readonly store: Check;
  /** Whether everything is done that a start has to do. */
  readonly started: Check;
  /** Whether more requests are welcome. */
  readonly serving: Check;
}

/** What is done when the server has started, by the names of upstream's checks. */
const starting = [
  "poststarthook/start-system-namespaces-controller",
  "poststarthook/rbac/bootstrap-roles",
  "poststarthook/scheduling/bootstrap-system-priority-classes",
  "poststarthook/priority-and-fairness-config-producer",
  "poststarthook/start-cluster-authentication-info-controller",
  "poststarthook/start-legacy-token-tracking-controller",
  "poststarthook/kube-apiserver-autoregistration",
  "autoregister-completion",
];

/** A server may be well without these. */
const readyOnly: ReadonlySet<string> = new Set(["etcd-readiness", "informer-sync", "shutdown"]);

/** Undefined for other paths. `/readyz/etcd` asks one check; `?exclude=etcd` leaves it out. */
export function healthAnswer(checks: HealthChecks, { info }: Admitted): Answer | undefined {
  const match = /^\/(healthz|livez|readyz)(?:\/(.*))?$/.exec(info.path);
  if (match === null) return undefined;
  const [, path = "", name = ""] = match;
  const all = checksOf(checks, path);
  if (name !== "") return Object.hasOwn(all, name) ? oneAnswer(all[name]?.()) : undefined;
  const excluded = new Set(info.query.getAll("exclude").filter((one) => one !== ""));
  return report(path, all, excluded, info.query.has("verbose"));
}

/** The checks of one path, in order. */
function checksOf({ store, started, serving }: HealthChecks, path: string): Readonly<Record<string, Check>> {
  const checks: readonly (readonly [string, Check])[] = [
    ["ping", () => undefined],
    ["log", () => undefined],
    ["etcd", store],
    ["etcd-readiness", store],
    ["informer-sync", started],
    ...starting.map((name) => [name, started] as const),
    ["shutdown", serving],
  ];
  return Object.fromEntries(checks.filter(([name]) => path === "readyz" || !readyOnly.has(name)));
}

/** Who asks for one check may know why it fails. */
function oneAnswer(reason: string | undefined): Answer {
  return reason === undefined ? lineAnswer(200, "ok") : lineAnswer(500, `internal server error: ${reason}\n`);
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
  if (failed) return lineAnswer(500, `${lines.join("\n")}\n${path} check failed\n`);
  return lineAnswer(200, isVerbose ? `${lines.join("\n")}\n${path} check passed\n` : "ok");
}
