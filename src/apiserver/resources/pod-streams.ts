/** The streams of pods: log, exec, attach and port-forward, each at the kubelet of the pod's node. */
import { badRequest, FieldErrors, invalid, notFound, type Pod } from "#api";
import type { ExchangeAnswer } from "#base/streams";
import { checkMayCreate } from "../authz/creates.ts";
import type { Registry } from "../registry/registry.ts";
import type { ResourceRequest } from "../registry/resource-request.ts";
import { isTrue } from "../request-info.ts";
import type { Action } from "./behaviour.ts";
import { checked, passedOn, relay, targetOf } from "./node-relay.ts";

const MAX_PORT = 65_535;
const silence: ExchangeAnswer = {
  status: 200,
  headers: { "content-type": "text/plain" },
  body: { type: "bytes", bytes: new Uint8Array() },
};

export const podLog: Action = async (registry, request, services) => {
  const { query } = request.info;
  checkLogOptions(query);
  const pod = podOf(registry, request);
  const container = containerOf(pod, query.get("container") ?? "");
  const nodeName = pod.spec.nodeName ?? "";
  // A pod that has no node yet has said nothing.
  if (nodeName === "") return { type: "log", answer: silence };
  const passed = new URLSearchParams();
  for (const name of ["follow", "previous", "timestamps"])
    if (isTrue(query.get(name))) passed.set(name, "true");
  for (const name of ["sinceSeconds", "sinceTime", "tailLines", "limitBytes", "stream"]) {
    const value = query.get(name);
    if (value !== null) passed.set(name, value);
  }
  const path = `/containerLogs/${pathOf(pod)}/${container}?${passed}`;
  // What a client says of its connection is between it and us.
  const answer = await relay(targetOf(registry, nodeName), path, request, services, {});
  return { type: "log", answer: await checked(answer, request) };
};

export const podExec: Action = (registry, request, services) => command("exec", registry, request, services);

export const podAttach: Action = (registry, request, services) =>
  command("attach", registry, request, services);

export const podPortForward: Action = async (registry, request, services) => {
  checkMayCreate(registry.authorizers, request);
  const pod = podOf(registry, request);
  const ports = request.info.query.getAll("ports").flatMap((text) => text.split(","));
  const wrong = ports.find((port) => !/^\d{1,5}$/.test(port) || Number(port) > MAX_PORT);
  if (wrong !== undefined)
    throw badRequest(`strconv.ParseUint: parsing ${JSON.stringify(wrong)}: invalid syntax`);
  const query = ports.length === 0 ? "" : `?port=${ports.join(",")}`;
  const path = `/portForward/${pathOf(pod)}${query}`;
  return passedOn(await relay(targetOf(registry, nodeOf(pod)), path, request, services));
};

const command = async (
  kind: "exec" | "attach",
  ...[registry, request, services]: Parameters<Action>
): ReturnType<Action> => {
  checkMayCreate(registry.authorizers, request);
  const { query } = request.info;
  const pod = podOf(registry, request);
  const container = containerOf(pod, query.get("container") ?? "");
  const passed = new URLSearchParams();
  // Upstream's kubelet calls the streams by other names than the API.
  const names = { stdin: "input", stdout: "output", stderr: "error", tty: "tty" };
  for (const [name, passedName] of Object.entries(names))
    if (isTrue(query.get(name))) passed.set(passedName, "1");
  if (kind === "exec") for (const word of query.getAll("command")) passed.append("command", word);
  const path = `/${kind}/${pathOf(pod)}/${container}?${passed}`;
  return passedOn(await relay(targetOf(registry, nodeOf(pod)), path, request, services));
};

function podOf(registry: Registry, { resource, info }: ResourceRequest): Pod {
  const pod = registry.objects.get<Pod>("", "pods", info.namespace, info.name);
  if (pod === undefined) throw notFound(resource, info.name);
  return pod;
}

function pathOf({ metadata }: Pod): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function nodeOf(pod: Pod): string {
  if ((pod.spec.nodeName ?? "") !== "") return pod.spec.nodeName ?? "";
  throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
}

/** The container asked for, or the only one. */
function containerOf(pod: Pod, asked: string): string {
  const { containers, initContainers = [], ephemeralContainers = [] } = pod.spec;
  const names = (list: readonly { readonly name: string }[]): string =>
    list.map(({ name }) => name).join(" ");
  const podName = pod.metadata.name;
  if (asked !== "") {
    const all = [...containers, ...initContainers, ...ephemeralContainers];
    if (all.some(({ name }) => name === asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${podName}`);
  }
  const [only] = containers;
  if (containers.length === 1 && only !== undefined) return only.name;
  const init =
    initContainers.length === 0 ? "" : ` or one of the init containers: [${names(initContainers)}]`;
  const text = `a container name must be specified for pod ${podName}, choose one of: [${names(containers)}]${init}`;
  throw badRequest(text);
}

/** Upstream's checks of `PodLogOptions`. */
function checkLogOptions(query: URLSearchParams): void {
  const errors = new FieldErrors();
  const number = (name: string): number | undefined => {
    const value = query.get(name);
    if (value === null) return undefined;
    if (/^-?\d+$/.test(value)) return Number(value);
    throw badRequest(`strconv.ParseInt: parsing "${value}": invalid syntax`);
  };
  const [tail, limit, since] = [number("tailLines"), number("limitBytes"), number("sinceSeconds")];
  if (tail !== undefined && tail < 0) errors.invalid("tailLines", tail, "must be greater than or equal to 0");
  if (limit !== undefined && limit < 1) errors.invalid("limitBytes", limit, "must be greater than 0");
  if (since !== undefined && query.get("sinceTime") !== null) {
    errors.forbidden("", "at most one of `sinceTime` or `sinceSeconds` may be specified");
  } else if (since !== undefined && since < 1)
    errors.invalid("sinceSeconds", since, "must be greater than 0");
  const stream = query.get("stream") ?? "All";
  const streams = ["All", "Stderr", "Stdout"];
  if (!streams.includes(stream)) errors.notSupported("stream", stream, streams);
  if (stream !== "All" && tail !== undefined) {
    errors.forbidden("", "`tailLines` and specific `stream` are mutually exclusive for now");
  }
  if (!errors.empty) throw invalid({ group: "", kind: "PodLogOptions" }, "", errors);
}
