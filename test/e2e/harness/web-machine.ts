/** A cluster on this machine with a small web server to deploy, and what the tests ask of it. */
import { MachineCluster } from "./machine-cluster.ts";
import { RuleChanges } from "./rule-changes.ts";

/** A server that ends when it is asked to. */
const server = "httpd -p 8080 -h /www; trap 'exit 0' TERM; while true; do sleep 60 & wait $!; done";
export const webServer = ["sh", "-c", server];

/** A pod, as far as the tests look. */
interface PodRow {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status: { readonly podIP?: string };
}

export class WebMachine extends MachineCluster {
  /** Loads `web:1`, the image of a server that says `hello` on port 8080, and ends when it is asked to. */
  loadServer(): Promise<void> {
    return this.loadBusybox("web:1", webServer);
  }

  /** Loads it, and runs so many of it as the Deployment `web`. */
  async deploy(replicas: number): Promise<void> {
    await this.loadServer();
    await this.kubectl("create", "deployment", "web", "--image=web:1", `--replicas=${replicas}`);
    await this.rolledOut();
  }

  async rolledOut(...more: readonly string[]): Promise<void> {
    await this.kubectl("rollout", "status", "deployment", "web", "--timeout=60s", ...more);
  }

  /** The text that each pod's server gives. */
  async pages(): Promise<readonly string[]> {
    const { items } = JSON.parse(await this.kubectl("get", "pods", "-o", "json")) as { items: PodRow[] };
    return Promise.all(items.map(async ({ status }) => (await fetch(`http://${status.podIP}:8080/`)).text()));
  }

  /** Waits until the Service `web` answers there; connections are refused until the proxy has its endpoints. */
  async servesAt(address: string): Promise<void> {
    const url = await this.kubectl("get", "service", "web", "-o", address);
    using changes = new RuleChanges();
    await changes.until(async () => {
      const text = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
        (answer) => answer.text(),
        () => "refused",
      );
      return text === "hello\n";
    });
  }
}
