/** Probes by the node's own sockets. Each call is one connection. */
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { message, method, RpcClient, RpcError } from "#base/rpc";
import { maxProbeOutputBytes, maxProbeRedirects } from "../limits.ts";
import { type HttpAnswer, type HttpProbe, hostPort, type ProbeDialer } from "./dialer.ts";
import { type HeaderLines, type PlainAnswer, plainGet } from "./plain-http-node.ts";

const check = method(
  "grpc.health.v1.Health/Check",
  message({ service: [1, "text"] }),
  message({ status: [1, "int"] }),
);
const servingStatuses = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

export class NetworkDialer implements ProbeDialer {
  async http(probe: HttpProbe, signal: AbortSignal): Promise<HttpAnswer> {
    let url = new URL(`${probe.scheme}://${hostPort(probe.host, probe.port)}${probe.path}`);
    for (let redirects = 0; ; redirects += 1) {
      const get = url.protocol === "https:" ? secureGet : plainGet;
      const answer = await get(url, probe.headers, signal).catch((error: unknown) => {
        throw new Error(`Get "${url.href}": ${textOf(error, url.host)}`);
      });
      const { status, location, body } = answer;
      const next = location === undefined ? undefined : new URL(location, url);
      // Another host's answer says nothing of this container.
      if (next === undefined || status < 300 || status >= 400 || next.hostname !== url.hostname)
        return { status, body };
      if (redirects === maxProbeRedirects) throw new Error(`stopped after ${redirects} redirects`);
      url = next;
    }
  }

  async tcp(host: string, port: number, signal: AbortSignal): Promise<void> {
    const socket = connect({ host, port, signal });
    try {
      await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    } catch (error) {
      throw new Error(textOf(error, hostPort(host, port)));
    } finally {
      socket.destroy();
    }
  }

  async grpc(host: string, port: number, service: string, signal: AbortSignal): Promise<string> {
    using client = new RpcClient(hostPort(host, port), { "user-agent": "kube-probe/1.36" });
    try {
      const { status } = await client.call(check, { service }, Infinity, signal);
      return servingStatuses[status] ?? "UNKNOWN";
    } catch (error) {
      throw error instanceof RpcError ? new Error(healthText(error, hostPort(host, port))) : error;
    }
  }
}

/** Certificates are not checked: a probe asks whether the container answers, not who it is. */
function secureGet(url: URL, lines: HeaderLines, signal: AbortSignal): Promise<PlainAnswer> {
  const headers = Object.fromEntries(lines.map(({ name, value }) => [name, value]));
  return new Promise((resolve, reject) => {
    const options = { headers, signal, agent: false as const, rejectUnauthorized: false };
    const request = httpsRequest(url, options);
    request.once("error", reject).once("response", (response) => {
      const { statusCode: status = 0, headers: got } = response;
      let body = Buffer.alloc(0);
      const done = (): void => {
        response.destroy();
        resolve({ status, location: got.location, body: body.toString("utf8", 0, maxProbeOutputBytes) });
      };
      response.on("data", (bytes: Buffer) => {
        body = Buffer.concat([body, bytes]);
        if (body.length >= maxProbeOutputBytes) done();
      });
      response.once("end", done).once("error", reject);
    });
    request.end();
  });
}

function healthText({ code, message }: RpcError, address: string): string {
  if (code === "unimplemented")
    return `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${message}`;
  if (message.includes("ECONNREFUSED")) {
    const why = `dial tcp ${address}: connect: connection refused`;
    return `error: failed to connect service at "${address}": ${why}`;
  }
  const name = code.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
  return `error: health rpc probe failed: rpc error: code = ${name} desc = ${message}`;
}

/** Why a connection is not made, as Go has it. */
const connectErrors: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  EHOSTUNREACH: "no route to host",
  ENETUNREACH: "network is unreachable",
  ETIMEDOUT: "connection timed out",
};

/** In the words of upstream's events; `where` was dialed, if the error does not say. */
function textOf(error: unknown, where: string): string {
  if (!(error instanceof Error)) return String(error);
  const { code, syscall, address, port } = error as ConnectError;
  const why = connectErrors[code ?? ""];
  if (syscall !== "connect" || why === undefined) return error.message;
  return `dial tcp ${address === undefined ? where : hostPort(address, port ?? 0)}: connect: ${why}`;
}

type ConnectError = NodeJS.ErrnoException & { readonly address?: string; readonly port?: number };
