/** Network namespaces for tests with the machine's own kernel: without a way out, gone at the end. */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";

/** Why tests cannot have namespaces here, or false. */
export function noNamespaces(programs: readonly string[]): string | false {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "needs root on Linux";
  const missing = ["ip", ...programs].filter((name) => spawnSync("which", [name], { env }).status !== 0);
  if (missing.length > 0) return `needs ${missing.join(", ")}`;
  const probe = new Name();
  if (run(["ip", "netns", "add", probe.text]) !== 0) return "cannot make network namespaces";
  run(["ip", "netns", "delete", probe.text]);
  return false;
}

const env = { PATH: "/usr/sbin:/sbin:/usr/bin:/bin" };

class Name {
  readonly text = `navarch-test-${randomBytes(4).toString("hex")}`;
}

export class NetworkNamespace implements Disposable {
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** A new one, with its loopback up. */
  static make(): NetworkNamespace {
    const namespace = new NetworkNamespace(new Name().text);
    must(["ip", "netns", "add", namespace.name]);
    namespace.run("ip", "link", "set", "lo", "up");
    return namespace;
  }

  /** Runs a program in it; throws with what it said when it fails. */
  run(...line: readonly string[]): string {
    return must(["ip", "netns", "exec", this.name, ...line]);
  }

  /** A command that runs in it. */
  command(program: string): { program: string; arguments: string[]; environment: Record<string, string> } {
    return { program: "ip", arguments: ["netns", "exec", this.name, program], environment: env };
  }

  /** Joins two by a pair of interfaces of these names. */
  static join(a: NetworkNamespace, nameA: string, b: NetworkNamespace, nameB: string): void {
    must([
      "ip",
      "link",
      "add",
      nameA,
      "netns",
      a.name,
      "type",
      "veth",
      "peer",
      "name",
      nameB,
      "netns",
      b.name,
    ]);
    a.run("ip", "link", "set", nameA, "up");
    b.run("ip", "link", "set", nameB, "up");
  }

  [Symbol.dispose](): void {
    run(["ip", "netns", "delete", this.name]);
  }
}

function run(line: readonly string[]): number | null {
  return spawnSync(line[0] ?? "", line.slice(1), { env, stdio: "ignore" }).status;
}

function must(line: readonly string[]): string {
  const result = spawnSync(line[0] ?? "", line.slice(1), { env, encoding: "utf8" });
  if (result.status !== 0) throw new Error(`"${line.join(" ")}" failed: ${result.stderr}`);
  return result.stdout;
}
