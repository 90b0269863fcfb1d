/**
 * The walls of the house as data: which room may import which, which effectful modules
 * and packages each may use, and which folders are plug-in families. A new row needs a reason in its commit.
 * Files named `*.test.ts`, `*.contract.ts`, `*.suite.ts` and `*.bench.ts` may import any room.
 */

/** Room -> rooms that it may import through their doors. Rooms that come later are already here. */
export const edges = {
  base: [],
  api: ["base"],
  cel: ["base", "api"],
  store: ["base", "base/rpc", "cel"],
  apiserver: ["base", "base/streams", "api", "cel", "store"],
  client: ["base", "api", "cel"],
  controllers: ["base", "api", "cel", "client"],
  scheduler: ["base", "api", "cel", "client"],
  kubelet: ["base", "base/rpc", "base/streams", "api", "cel", "client"],
  network: ["base", "base/streams", "api", "cel", "client"],
  storage: ["base", "base/rpc", "api", "cel", "client"],
  cloud: ["base", "api", "cel", "client"],
  observe: ["base", "api", "cel", "client"],
  dashboard: ["base", "api", "cel", "client"],
  cli: ["base", "cel", "cluster"],
  rehearse: [
    "base",
    "api",
    "cel",
    "store",
    "apiserver",
    "client",
    "controllers",
    "scheduler",
    "kubelet",
    "cluster",
  ],
  federation: ["base", "api", "cel", "client"],
  cluster: [
    "base",
    "base/real",
    "base/sim",
    "base/pki",
    "base/streams",
    "api",
    "cel",
    "store",
    "apiserver",
    "client",
    "controllers",
    "scheduler",
    "kubelet",
    "network",
    "storage",
    "cloud",
    "observe",
    "rehearse",
  ],
} as const satisfies Record<string, readonly string[]>;

/** Modules of Node that have no effect: anyone may use them. */
export const pureModules = [
  "node:buffer",
  "node:util",
  "node:assert",
  "node:string_decoder",
  "node:url",
  "node:path",
];

/**
 * The hashing, curve and parsing half of `node:crypto` is a function of its arguments; these files use that half
 * only, and everybody else has `env.crypto` and `#base/pki`.
 */
export const pureCryptoFiles = [
  "src/base/digests.ts",
  "src/base/pki/certificate-facts.ts",
  "src/base/sim/crypto.ts",
  "src/base/streams/sha1.ts",
];

/** Third-party packages, and the rooms that may use each (`node` files anywhere count as their room). */
export const packages: Readonly<Record<string, readonly string[]>> = {
  "@grpc/grpc-js": ["store", "base", "kubelet"],
  commander: ["cli"],
  "js-yaml": ["api", "client", "cli", "cluster"],
  re2js: ["api"],
  "sorted-btree": ["store"],
};

/** Where effects are allowed: the real twins, `*-node.ts` files, the composition root and the command line. */
export function mayHaveEffects(path: string): boolean {
  return (
    path.startsWith("src/base/real/") ||
    path.startsWith("src/base/tidy/") ||
    path.startsWith("src/cluster/") ||
    path.startsWith("src/cli/") ||
    path.endsWith("-node.ts")
  );
}

/** The simulation's own driver and trap, which stand between the two worlds. */
export const simulationDriver = ["src/base/sim/world.ts", "src/base/sim/trap.ts", "src/base/sim/kernel.ts"];

/** Names that reach the outside, and what to use instead. Matched in code without comments and strings. */
export const bannedGlobals: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\bDate\.now\b/, "env.clock.now()"],
  [/\bnew Date\(\s*\)/, "env.clock.now()"],
  [/\bMath\.random\b/, "env.random"],
  [/(?<![\w.])(?:setTimeout|setInterval|setImmediate|queueMicrotask)\(/, "env.clock"],
  [/(?<![\w.])performance\./, "env.clock.monotonic()"],
  [/\bAbortSignal\.timeout\b/, "env.clock.timer"],
  [/(?<![\w.])crypto\./, "env.crypto"],
  [/(?<![\w.])fetch\(/, "a transport of deps"],
  [/\bnew (?:WeakRef|FinalizationRegistry)\b/, "an owner that disposes"],
  [/\bprocess\.(?!memoryUsage\b)/, "options of the constructor"],
  [/\b(?:toLocale\w*|localeCompare)\(/, "comparison by code unit"],
  [/(?<![\w.])Intl\./, "a locale-free format"],
  [/\bdebugger\b/, "nothing"],
];

/** A family of plug-ins: one file for each member, and the table that lists them all. */
export interface PluginFamily {
  readonly folder: string;
  /** The file that holds the table, relative to the folder. */
  readonly table: string;
  /** A file of the folder with an export of this type is a member. */
  readonly type: string;
}

export const pluginFamilies: readonly PluginFamily[] = [
  { folder: "src/api/kinds", table: "mod.ts", type: "Resource" },
  { folder: "src/apiserver/admission", table: "plugins.ts", type: "AdmissionPlugin" },
  { folder: "src/apiserver/resources", table: "behaviours.ts", type: "Behaviour" },
  { folder: "src/controllers", table: "controllers.ts", type: "ControllerDefinition" },
  { folder: "src/scheduler/plugins", table: "mod.ts", type: "SchedulerPlugin" },
  { folder: "src/kubelet/volumes/plugins", table: "mod.ts", type: "VolumePlugin" },
  { folder: "src/network/dns/handlers", table: "handlers.ts", type: "DnsHandler" },
  { folder: "src/cli/commands", table: "mod.ts", type: "CliCommand" },
];
