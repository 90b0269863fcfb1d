/** A Prometheus on loopback: it discovers what an API server knows, and scrapes what it is told to. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, run, Running } from "../testing/program.ts";
import { unannounced } from "../testing/unannounced.ts";

/** What Prometheus knows of a target before it relabels, `__meta_kubernetes_` left out. */
export type Labels = Readonly<Record<string, string>>;

interface Target {
  readonly discoveredLabels: Labels;
}

/** A part of `scrape_configs`. */
export type Job = Readonly<Record<string, unknown>>;

const PREFIX = "__meta_kubernetes_";
const LIMIT_MS = 60_000;

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
  readonly #program: Running;
  readonly #address: string;

  private constructor(folder: string, program: Running, address: string) {
    this.#folder = folder;
    this.#program = program;
    this.#address = address;
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
    const program = new Running(spawn("prometheus", args));
    await program.printed(/Server is ready/);
    return new Prometheus(folder, program, address);
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
    return this.#program.output
      .split("\n")
      .filter((line) => /level=(?:warn|error)|Failed to (?:list|watch)/.test(line));
  }

  async #get<T>(path: string): Promise<T> {
    const answer = await fetch(`http://${this.#address}/api/v1/${path}`);
    return ((await answer.json()) as { data: T }).data;
  }

  async #polled<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
    let result: T | undefined;
    await unannounced(what, async () => (result = await ask()) !== undefined, LIMIT_MS);
    return result as T;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program.kill("SIGTERM");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** YAML reads JSON. */
function writeConfig(folder: string, jobs: readonly Job[]): string {
  const path = join(folder, "config.yaml");
  writeFileSync(path, JSON.stringify({ global: { scrape_interval: "1s" }, scrape_configs: jobs }));
  return path;
}
