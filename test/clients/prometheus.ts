/** A Prometheus on loopback: it discovers what an API server knows, and scrapes what it is told to. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { freePort, run } from "../testing/program.ts";

/** What Prometheus knows of a target before it relabels, `__meta_kubernetes_` left out. */
export type Labels = Readonly<Record<string, string>>;

interface Target {
  readonly discoveredLabels: Labels;
}

/** A part of `scrape_configs`. */
export type Job = Readonly<Record<string, unknown>>;

const PREFIX = "__meta_kubernetes_";
const LIMIT_MS = 60_000;
const POLL_MS = 200;

/**
 * One job for each role, which discovers and scrapes nothing: pods' addresses are nobody's on this machine, so each target
 * is dropped after it was discovered, and read from the list of the dropped.
 */
export function discoveryJobs(kubeconfig: string, roles: readonly string[]): readonly Job[] {
  return roles.map((role) => ({
    job_name: role,
    kubernetes_sd_configs: [{ role, kubeconfig_file: kubeconfig }],
    relabel_configs: [{ action: "drop", regex: "" }],
  }));
}

export class Prometheus implements AsyncDisposable {
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #address: string;
  #output = "";

  private constructor(folder: string, child: ChildProcess, address: string) {
    this.#folder = folder;
    this.#child = child;
    this.#address = address;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
  }

  static async start(jobs: readonly Job[]): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), "navarch-prometheus-"));
    const config = writeConfig(folder, jobs);
    const address = `127.0.0.1:${await freePort()}`;
    const args = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=${address}`,
    ];
    const child = spawn("prometheus", args, { stdio: ["ignore", "ignore", "pipe"] });
    return new Prometheus(folder, child, address);
  }

  /** Why it cannot run such jobs here: Debian's is built without Kubernetes' discovery. `false`: it can. */
  static async refusal(jobs: readonly Job[]): Promise<string | false> {
    const folder = mkdtempSync(join(tmpdir(), "navarch-prometheus-"));
    try {
      const { code, stderr } = await run("promtool", ["check", "config", writeConfig(folder, jobs)]);
      if (code === 0) return false;
      return `this build of Prometheus refuses the jobs: ${/field \S+ not found/.exec(stderr)?.[0] ?? stderr}`;
    } catch {
      return "needs prometheus and promtool (Debian: prometheus)";
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** What a query answers, as soon as it answers with a sample. */
  async sample(query: string): Promise<number> {
    return this.#polled(query, async () => {
      const found = await this.#get<{ result: readonly { value: readonly [number, string] }[] }>(
        `query?query=${encodeURIComponent(query)}`,
      );
      const value = found.result[0]?.value[1];
      return value === undefined ? undefined : Number(value);
    });
  }

  /** The targets of a role as soon as they satisfy the condition: Prometheus tells no one of changes, so it is asked. */
  async targets(
    role: string,
    what: string,
    condition: (targets: readonly Labels[]) => boolean,
  ): Promise<readonly Labels[]> {
    return this.#polled(`${role}: ${what}`, async () => {
      const { droppedTargets } = await this.#get<{ droppedTargets: readonly Target[] }>(
        "targets?state=dropped",
      );
      const found = droppedTargets
        .map(({ discoveredLabels }) => discoveredLabels)
        .filter(({ job }) => job === role);
      const labels = found.map((all) =>
        Object.fromEntries(Object.entries(all).map(([name, value]) => [name.replace(PREFIX, ""), value])),
      );
      return condition(labels) ? labels : undefined;
    });
  }

  /** Warnings and errors of discovery so far. */
  complaints(): readonly string[] {
    return this.#output
      .split("\n")
      .filter((line) => /level=(?:warn|error)|Failed to (?:list|watch)/.test(line));
  }

  async #get<T>(path: string): Promise<T> {
    const answer = await fetch(`http://${this.#address}/api/v1/${path}`);
    return ((await answer.json()) as { data: T }).data;
  }

  /** Prometheus tells no one of changes, so it is asked. */
  async #polled<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
    const end = performance.now() + LIMIT_MS;
    while (performance.now() < end && this.#child.exitCode === null) {
      const result = await ask().catch(() => undefined); // it may not listen yet
      if (result !== undefined) return result;
      await setTimeout(POLL_MS);
    }
    throw new Error(`Prometheus: waited in vain for ${what}\n${this.#output}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) {
      this.#child.kill("SIGTERM");
      await once(this.#child, "exit");
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** YAML reads JSON. */
function writeConfig(folder: string, jobs: readonly Job[]): string {
  const path = join(folder, "config.yaml");
  writeFileSync(path, JSON.stringify({ global: { scrape_interval: "1s" }, scrape_configs: jobs }));
  return path;
}
