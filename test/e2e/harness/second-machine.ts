/**
 * Another machine beside this one, joined to it by a cable: its own network, mounts and host name. Everything on it ends
 * with `powerCut`, and at the latest with this machine.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { Program } from "../../testing/program.ts";
import { makeLan } from "./lan.ts";

const script = `
ip link set lo up
for path in /run /var/log /var/lib/kubelet /var/lib/cni; do mount -t tmpfs tmpfs $path; done
mount --make-shared /var/lib/kubelet
hostname "$1"
mkdir /run/navarch-data
echo ready
exec sleep infinity
`;

/** The two ends of the cable. */
export const firstAddress = "192.168.7.1";
export const secondAddress = "192.168.7.2";

export class SecondMachine implements AsyncDisposable {
  readonly name: string;
  readonly #holder: ChildProcess;
  readonly #programs: Program[] = [];

  private constructor(name: string, holder: ChildProcess) {
    this.name = name;
    this.#holder = holder;
  }

  static async start(name: string): Promise<SecondMachine> {
    const unshare = ["--net", "--mount", "--ipc", "--uts", "sh", "-c", script, "sh", name];
    const holder = spawn("unshare", unshare, { stdio: ["ignore", "pipe", "inherit"] });
    await once(holder.stdout, "data");
    const machine = new SecondMachine(name, holder);
    makeLan(firstAddress);
    must(
      "ip",
      "link",
      "add",
      "cable0",
      "type",
      "veth",
      "peer",
      "name",
      "cable0",
      "netns",
      String(holder.pid),
    );
    must("ip", "link", "set", "cable0", "master", "lan0", "up");
    machine.run("ip", "address", "add", `${secondAddress}/24`, "dev", "cable0");
    machine.run("ip", "link", "set", "cable0", "up");
    return machine;
  }

  /** Runs a program there to its end; returns what it printed. */
  run(...command: readonly string[]): string {
    const [program = "", ...args] = [...this.#through, ...command];
    return must(program, ...args);
  }

  /** Starts `navarch ARGS` there, and waits until it is ready. */
  async navarch(...args: readonly string[]): Promise<Program> {
    const program = new Program(args, {}, this.#through);
    this.#programs.push(program);
    await program.printed(/is ready/);
    return program;
  }

  /** Everything that runs there is gone at once, and the cable is dead. */
  powerCut(): void {
    spawnSync("ip", ["link", "set", "cable0", "down"]);
    for (const program of this.#programs) program.child.kill("SIGKILL");
    this.#holder.kill("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of this.#programs.toReversed()) await program.kill("SIGTERM");
    this.powerCut();
  }

  get #through(): readonly string[] {
    return ["nsenter", "--target", String(this.#holder.pid), "--net", "--mount", "--ipc", "--uts"];
  }
}

function must(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`"${[program, ...args].join(" ")}" failed: ${stderr}`);
  return stdout;
}
