/** A bare HTTPS client for whole-system tests: no code of the product between the test and the wire. */
import { Agent, request } from "node:https";
import { readFileSync } from "node:fs";
import { load } from "js-yaml";

/** Where a server is, and who calls. */
export interface Access {
  readonly host: string;
  readonly port: number;
  readonly agent: Agent;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
}

interface KubeconfigFile {
  readonly clusters: readonly [
    { readonly cluster: { readonly server: string; readonly "certificate-authority-data": string } },
  ];
  readonly users: readonly [
    { readonly user: { readonly "client-certificate-data": string; readonly "client-key-data": string } },
  ];
}

/** Reads a kubeconfig file with one cluster and one user by certificate. */
export function accessOf(kubeconfig: string, maxSockets = 32): Access {
  const config = load(readFileSync(kubeconfig, "utf8")) as KubeconfigFile;
  const { cluster } = config.clusters[0];
  const { user } = config.users[0];
  const url = new URL(cluster.server);
  const pem = (data: string): Buffer => Buffer.from(data, "base64");
  const agent = new Agent({
    keepAlive: true,
    maxSockets,
    ca: pem(cluster["certificate-authority-data"]),
    cert: pem(user["client-certificate-data"]),
    key: pem(user["client-key-data"]),
  });
  return { host: url.hostname, port: Number(url.port), agent };
}

/** One call with a JSON body; rejects when the connection breaks before the whole answer is there. */
export function call(
  access: Access,
  method: string,
  path: string,
  body?: unknown,
  type = "application/json",
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers =
      text === undefined ? {} : { "content-type": type, "content-length": Buffer.byteLength(text) };
    const sent = request({ ...access, method, path, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("aborted", () => reject(new Error("the answer was cut off")));
      answer.on("end", () =>
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
      );
    });
    sent.on("error", reject);
    sent.end(text);
  });
}

/** Opens a watch; calls `onEvent` with each parsed line until the server or `close` ends it. */
export function watch(
  access: Access,
  path: string,
  onEvent: (event: WatchLine) => void,
): { readonly ended: Promise<void>; close(): void } {
  let close = (): void => {};
  const ended = new Promise<void>((resolve) => {
    const sent = request(
      { ...access, agent: new Agent({ ...access.agent.options, keepAlive: false }), path },
      (answer) => {
        let rest = "";
        answer.setEncoding("utf8");
        answer.on("data", (text: string) => {
          const lines = (rest + text).split("\n");
          rest = lines.pop() ?? "";
          for (const line of lines) if (line !== "") onEvent(JSON.parse(line) as WatchLine);
        });
        answer.on("close", () => resolve());
      },
    );
    sent.on("error", () => resolve());
    sent.end();
    close = () => sent.destroy();
  });
  return { ended, close: () => close() };
}

export interface WatchLine {
  readonly type: string;
  readonly object: {
    readonly code?: number;
    readonly metadata: { readonly name?: string; readonly resourceVersion: string };
    readonly data?: Readonly<Record<string, string>>;
  };
}
